namespace Rayshard.Blender;

/// <summary>How a Worker failed a frame.</summary>
public enum WorkerFailureKind
{
    /// <summary>It ended: by an exit code or a signal.</summary>
    Died,

    /// <summary>It did not answer by its deadline and was killed.</summary>
    Hung,

    /// <summary>It ran out of memory: killed by the kernel or at the limit, or it said so.</summary>
    OutOfMemory,

    /// <summary>The scene's code or a data path failed.</summary>
    Scene,

    /// <summary>The frame is one that would poison a data set: empty, of the wrong size, not finite.</summary>
    Guard,

    /// <summary>Blender could not render it.</summary>
    Render,

    /// <summary>The Worker broke the protocol.</summary>
    Protocol,

    /// <summary>The slot does not hold what the Worker says: wrong check sum, stale frame.</summary>
    Corrupt,

    /// <summary>The run was stopped.</summary>
    Stopped,
}

/// <summary>Evidence of a failed Worker.</summary>
/// <param name="Kind">How it failed.</param>
/// <param name="Reason">One line for people.</param>
public sealed record WorkerFailure(WorkerFailureKind Kind, string Reason)
{
    /// <summary>More lines: a traceback. Empty where there is none.</summary>
    public string Detail { get; init; } = "";

    /// <summary>Exit code, where it ended by itself.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Number of the signal that ended it, where one did that the host had not sent.</summary>
    public int? Signal { get; init; }

    /// <summary>Its process.</summary>
    public int Pid { get; init; }

    /// <summary>The last lines that Blender wrote.</summary>
    public string LogTail { get; init; } = "";

    /// <summary>The log they are from.</summary>
    public string Log { get; init; } = "";

    /// <inheritdoc/>
    public override string ToString() => $"{Kind}: {Reason}";
}

/// <summary>Workers failed so that the run can't go on.</summary>
/// <param name="what">What can't go on, without a full stop.</param>
/// <param name="failures">The evidence; the last one ended the run.</param>
public sealed class WorkersFailedException(string what, IReadOnlyList<WorkerFailure> failures)
    : RayshardException(Rayshard.ExitCode.Failed, $"{what}: {failures[^1]} (log: {failures[^1].Log})\n{Detail(failures[^1])}".TrimEnd())
{
    /// <summary>The evidence, oldest first.</summary>
    public IReadOnlyList<WorkerFailure> Failures { get; } = failures;

    private static string Detail(WorkerFailure failure) => failure.Detail.Length > 0 ? failure.Detail : failure.LogTail;
}
