namespace Rayshard.Storage;

/// <summary>Stored bytes are not what they must be. What was read has not been handed out.</summary>
public sealed class DamagedShardException(Fault fault) : RayshardException(ExitCode.NotSo, fault.ToString())
{
    /// <summary>What is wrong, and where.</summary>
    public Fault Fault { get; } = fault;
}

/// <summary>Another process writes into the store.</summary>
public sealed class StoreBusyException(string lockFile, int? processId, Exception? cause = null)
    : RayshardException(ExitCode.Busy, $"{lockFile}: another process{(processId is { } id ? $" (pid {id})" : "")} writes into this store; wait for it, or name another store", cause)
{
    /// <summary>The file whose lock is held.</summary>
    public string LockFile { get; } = lockFile;

    /// <summary>The process that holds it, where it left its id.</summary>
    public int? ProcessId { get; } = processId;
}

/// <summary>A folder or file of the store is not usable: another experiment's, not a store, no lock to be had.</summary>
public sealed class UnusableStoreException(ExitCode exitCode, string path, string reason, Exception? cause = null)
    : RayshardException(exitCode, $"{path}: {reason}", cause)
{
    /// <summary>The folder or file.</summary>
    public string Path { get; } = path;
}

/// <summary>Writing failed. Whatever was flushed is kept; opening the shard again goes on from the last whole frame.</summary>
public sealed class ShardWriteException(string path, bool isPoisoned, Exception cause)
    : RayshardException(ExitCodeOf(cause), $"{path}: {Describe(isPoisoned, cause)}", cause)
{
    /// <summary>The file.</summary>
    public string Path { get; } = path;

    /// <summary>
    /// Whether a flush failed. The kernel then marks pages clean that never reached the disk, so a second flush would lie: the
    /// partial was cut back to what this writer had flushed before. A writer that had only resumed leaves it as it is: the kernel was
    /// told to forget its pages, so the next one reads and checks what the disk has.
    /// </summary>
    public bool IsPoisoned { get; } = isPoisoned;

    internal static ExitCode ExitCodeOf(Exception cause)
    {
        // errno on Linux: .NET hands it through as HResult.
        const int noSpace = 28, quotaExceeded = 122;
        return cause.HResult is noSpace or quotaExceeded ? ExitCode.MachineLacks : ExitCode.Failed;
    }

    private static string Describe(bool isPoisoned, Exception cause) => ExitCodeOf(cause) == ExitCode.MachineLacks
        ? $"no space left ({cause.Message}); free some and run again, nothing that was flushed is lost"
        : isPoisoned
            ? $"the disk refused a flush ({cause.Message}); run again: frames since the last flush are dropped and rendered anew"
            : $"writing failed ({cause.Message}); run again, nothing that was flushed is lost";
}

/// <summary>A frame that was to be appended is not one that the shard can take.</summary>
public sealed class FrameRefusedException(string shard, long index, string reason)
    : RayshardException(ExitCode.Failed, $"{shard}: frame {index} refused: {reason}")
{
    /// <summary>Index of the frame.</summary>
    public long Index { get; } = index;
}
