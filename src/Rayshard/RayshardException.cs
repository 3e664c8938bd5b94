namespace Rayshard;

/// <summary>What the process ends with. The one table of exit codes; the README repeats it.</summary>
public enum ExitCode
{
    /// <summary>Done.</summary>
    Done = 0,

    /// <summary>Failed: something went wrong that was not asked wrongly.</summary>
    Failed = 1,

    /// <summary>Asked wrongly: an experiment, a flag or a name is not right.</summary>
    AskedWrongly = 2,

    /// <summary>Done, but frames were quarantined.</summary>
    Quarantined = 3,

    /// <summary>What was checked is not so (verify, reproduce, inspect).</summary>
    NotSo = 4,

    /// <summary>Not found.</summary>
    NotFound = 5,

    /// <summary>Busy: another process holds the store.</summary>
    Busy = 6,

    /// <summary>The machine lacks something: a package, an instruction set, space.</summary>
    MachineLacks = 7,

    /// <summary>Interrupted by the user.</summary>
    Interrupted = 130,
}

/// <summary>
/// An error that a person is to read: one line that says what, where, why and what to do, and the exit code that goes with it.
/// </summary>
public class RayshardException(ExitCode exitCode, string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>The process's exit code when nobody handles this.</summary>
    public ExitCode ExitCode { get; } = exitCode;
}

/// <summary>An experiment is wrong. Holds every fault found, not just the first.</summary>
public sealed class InvalidExperimentException(string experiment, IReadOnlyList<Diagnostic> diagnostics)
    : RayshardException(ExitCode.AskedWrongly, string.Join('\n', diagnostics))
{
    /// <summary>The experiment's name, or its file where it has none.</summary>
    public string Experiment { get; } = experiment;

    /// <summary>Every fault, in the order of the fields.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics { get; } = diagnostics;
}
