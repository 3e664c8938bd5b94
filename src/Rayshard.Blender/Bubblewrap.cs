namespace Rayshard.Blender;

/// <summary>Runs a program in a folder of this machine as if it were all there is, by bubblewrap.</summary>
/// <param name="Root">The folder tree.</param>
internal sealed record Bubblewrap(string Root) : ISandbox
{
    public const string Executable = "/usr/bin/bwrap";

    private const string Libraries = "/usr/lib/x86_64-linux-gnu";

    /// <inheritdoc/>
    public string Place => Root;

    /// <inheritdoc/>
    public Launch Wrap(Launch program, IEnumerable<string> readable)
    {
        // Not "--ro-bind ROOT /", because places for the folders below could not be made in it. No process namespace: a process group is
        // killed as a whole anyway.
        var arguments = new List<string> { "--die-with-parent", "--unshare-net", "--unshare-ipc", "--tmpfs", "/" };
        foreach (var entry in new DirectoryInfo(Root).EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            arguments.AddRange(entry.LinkTarget is { } target ? ["--symlink", target, "/" + entry.Name] : ["--ro-bind", entry.FullName, "/" + entry.Name]);
        }

        // libnuma asks which processors there are, and without an answer complains of it several times a frame.
        arguments.AddRange(["--dev", "/dev", "--ro-bind", "/proc", "/proc", "--ro-bind-try", "/sys/devices/system", "/sys/devices/system", "--tmpfs", "/tmp", "--tmpfs", "/run"]);
        foreach (var path in readable)
        {
            arguments.AddRange(["--ro-bind", path, path]);
        }

        if (program.Environment.ContainsKey(Display.Variable))
        {
            arguments.AddRange(["--ro-bind", Display.Sockets, Display.Sockets]);
        }

        // The packages' scripts were not run, and they would have made the links to these two.
        var folder = program.Folder;
        arguments.AddRange(["--bind", folder, folder, "--chdir", folder, "--setenv", "LD_LIBRARY_PATH", $"{Libraries}/blas:{Libraries}/lapack", "--"]);
        return program with { Executable = Executable, Arguments = [.. arguments, program.Executable, .. program.Arguments] };
    }
}
