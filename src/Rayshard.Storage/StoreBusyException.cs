namespace Rayshard.Storage;

/// <summary>Another process writes into the store.</summary>
public sealed class StoreBusyException(string lockFile, int? processId, Exception? cause = null)
    : RayshardException(ExitCode.Busy, $"{lockFile}: another process{(processId is { } id ? $" (pid {id})" : "")} writes into this store; wait for it, or name another store", cause)
{
    /// <summary>The file whose lock is held.</summary>
    public string LockFile { get; } = lockFile;

    /// <summary>The process that holds it, where it left its id.</summary>
    public int? ProcessId { get; } = processId;
}
