namespace Rayshard.Blender;

/// <summary>Runs a program in another folder tree, by bubblewrap: it sees that tree, its own private folder, and what it must read; no network.</summary>
/// <param name="Root">The folder tree.</param>
/// <param name="Readable">Folders of this machine that it may read, at the same paths.</param>
internal sealed record Sandbox(string Root, IReadOnlyList<string> Readable)
{
    public const string Executable = "/usr/bin/bwrap";

    private const string Libraries = "/usr/lib/x86_64-linux-gnu";
    private const string DisplaySockets = "/tmp/.X11-unix";

    /// <summary>Arguments of bubblewrap that run a command.</summary>
    /// <param name="command">Program and arguments.</param>
    /// <param name="folder">Its private folder, which it may write.</param>
    /// <param name="readable">A further folder that it may read.</param>
    /// <param name="needsDisplay">Whether it must reach the machine's X displays.</param>
    public IReadOnlyList<string> Wrap(IEnumerable<string> command, string folder, string readable, bool needsDisplay)
    {
        // Not "--ro-bind ROOT /", because places for the folders below could not be made in it. No process namespace: the pid that the
        // Worker names must be the machine's, and a process group is killed as a whole anyway.
        var arguments = new List<string> { "--die-with-parent", "--unshare-net", "--unshare-ipc", "--tmpfs", "/" };
        foreach (var entry in new DirectoryInfo(Root).EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            arguments.AddRange(entry.LinkTarget is { } target ? ["--symlink", target, "/" + entry.Name] : ["--ro-bind", entry.FullName, "/" + entry.Name]);
        }

        arguments.AddRange(["--dev", "/dev", "--ro-bind", "/proc", "/proc", "--tmpfs", "/tmp", "--tmpfs", "/run"]);
        foreach (var path in Readable.Append(readable))
        {
            arguments.AddRange(["--ro-bind", path, path]);
        }

        if (needsDisplay)
        {
            arguments.AddRange(["--ro-bind", DisplaySockets, DisplaySockets]);
        }

        // The packages' scripts were not run, and they would have made the links to these two.
        arguments.AddRange(["--bind", folder, folder, "--chdir", folder, "--setenv", "LD_LIBRARY_PATH", $"{Libraries}/blas:{Libraries}/lapack", "--", .. command]);
        return arguments;
    }
}
