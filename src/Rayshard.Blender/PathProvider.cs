namespace Rayshard.Blender;

/// <summary>Takes a Blender that is on this machine already, if it is the pinned one.</summary>
internal static class PathProvider
{
    /// <summary>Path of the executable.</summary>
    /// <exception cref="RayshardException">It is missing or another one (<see cref="ExitCode.MachineLacks"/>).</exception>
    public static string Provision(ToolchainPin pin)
    {
        var pinned = DigestOf(pin);
        if (!Path.IsPathRooted(pin.Executable) || !File.Exists(pin.Executable))
        {
            throw Lacks($"toolchain '{pin.Id}': executable: there is no '{pin.Executable}': give the absolute path of Blender's executable in blender/toolchains.json");
        }

        var found = Digest.OfFile(pin.Executable);
        return found == pinned ? pin.Executable
            : throw Lacks($"toolchain '{pin.Id}': '{pin.Executable}' has SHA-256 {found}, but the pin says {pinned}: it is another build, which gives other bits; put the pinned one there, or pin this one under an id of its own");
    }

    /// <summary>The pin's SHA-256.</summary>
    public static Digest DigestOf(ToolchainPin pin) => Digest.TryParse(pin.Sha256, out var digest) ? digest
        : throw new RayshardException(ExitCode.AskedWrongly, $"blender/toolchains.json: toolchain '{pin.Id}': sha256: '{pin.Sha256}' is no SHA-256 (64 lower-case hex digits)");

    private static RayshardException Lacks(string message) => new(ExitCode.MachineLacks, message);
}
