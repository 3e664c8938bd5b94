namespace Rayshard.Blender;

/// <summary>Takes a Blender that is on this machine already, if it is the pinned one.</summary>
internal sealed class PathProvider : IProvider
{
    /// <inheritdoc/>
    public Task<Installation> ProvisionAsync(ToolchainPin pin, ToolchainOptions options, CancellationToken now)
    {
        if (!File.Exists(pin.Executable))
        {
            throw Lacks($"toolchain '{pin.Id}': executable: there is no '{pin.Executable}': give the absolute path of Blender's executable in blender/toolchains.json");
        }

        var found = Installation.OnMachine(pin.Executable);
        return found.ExecutableDigest == Digest.Parse(pin.Sha256) ? Task.FromResult(found)
            : throw Lacks($"toolchain '{pin.Id}': '{pin.Executable}' has SHA-256 {found.ExecutableDigest}, but the pin says {pin.Sha256}: it is another build, which gives other bits; put the pinned one there, or pin this one under an id of its own");
    }

    /// <inheritdoc/>
    public Task<bool> IsHereAsync(ToolchainPin pin, ToolchainOptions options, CancellationToken now) =>
        Task.FromResult(File.Exists(pin.Executable) && Digest.OfFile(pin.Executable) == Digest.Parse(pin.Sha256));

    private static RayshardException Lacks(string message) => new(ExitCode.MachineLacks, message);
}
