namespace Rayshard.Storage;

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

    /// <summary>The exit code of a failed write: <see cref="ExitCode.MachineLacks"/> where there is no space.</summary>
    public static ExitCode ExitCodeOf(Exception cause)
    {
        // errno on Linux: .NET hands it through as HResult, but of a file that it allocates before it writes it has words only.
        const int noSpace = 28, quotaExceeded = 122;
        return cause.HResult is noSpace or quotaExceeded || cause.Message.Contains("because the disk was full", StringComparison.Ordinal) ? ExitCode.MachineLacks : ExitCode.Failed;
    }

    private static string Describe(bool isPoisoned, Exception cause) => ExitCodeOf(cause) == ExitCode.MachineLacks
        ? $"no space left ({cause.Message}); free some and run again, nothing that was flushed is lost"
        : isPoisoned
            ? $"the disk refused a flush ({cause.Message}); run again: frames since the last flush are dropped and rendered anew"
            : $"writing failed ({cause.Message}); run again, nothing that was flushed is lost";
}
