using Cake.Core;
using Rayshard.Storage;

namespace Rayshard.Build;

/// <summary>How the process ends: the one place where exceptions become exit codes and lines for people.</summary>
/// <param name="Code">The exit code.</param>
/// <param name="Line">What is said; empty where it was said already.</param>
public sealed record Ending(ExitCode Code, string Line)
{
    /// <summary>The ending that an exception stands for.</summary>
    public static Ending Of(Exception thrown, bool isInterrupted) => Cause(thrown) switch
    {
        RayshardException e => new(e.ExitCode, e.Message),
        OperationCanceledException when isInterrupted => new(ExitCode.Interrupted, "Interrupted. What was stored is kept; the same command goes on from there."),
        CakeException e => new(ExitCode.Failed, e.Message),
        Exception e and (UnauthorizedAccessException or IOException and not (EndOfStreamException or FileLoadException or FileNotFoundException)) => new(ShardWriteException.ExitCodeOf(e), $"{e.Message.TrimEnd('.')}. What was stored is kept: put that right and run the same command again."),
        var e => new(ExitCode.Failed, $"This should not have happened:\n{e}"),
    };

    /// <summary>Ends the process.</summary>
    public void End()
    {
        Console.Out.Flush();
        if (Line.Length > 0)
        {
            Console.Error.WriteLine(Line);
        }

        Environment.Exit((int)Code);
    }

    // Cake wraps what a task throws, and several layers wrap it again.
    private static Exception Cause(Exception thrown) => thrown switch
    {
        AggregateException { InnerExceptions.Count: 1, InnerException: { } inner } => Cause(inner),
        CakeReportException { InnerException: { } inner } => Cause(inner),
        CakeException { InnerException: { } inner } => Cause(inner),
        _ => thrown,
    };
}

/// <summary>Ends the process with an exit code whose reason has been shown already.</summary>
/// <param name="exitCode">The exit code.</param>
public sealed class ToldException(ExitCode exitCode) : RayshardException(exitCode, "");
