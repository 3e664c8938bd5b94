namespace Rayshard.Storage;

/// <summary>A folder or file of the store is not usable: another experiment's, not a store, no lock to be had.</summary>
public sealed class UnusableStoreException(ExitCode exitCode, string path, string reason, Exception? cause = null)
    : RayshardException(exitCode, $"{path}: {reason}", cause)
{
    /// <summary>The folder or file.</summary>
    public string Path { get; } = path;
}
