namespace Rayshard.Blender;

/// <summary>Whether a run still has a chance: nobody should wait while a million frames fail one by one. Not thread-safe.</summary>
internal sealed class Hope
{
    private const int HopelessFrames = 8;
    private const int HopelessStarts = 3;

    private readonly List<WorkerFailure> _failedStarts = [];
    private long _rendered, _quarantined;

    public void Rendered() => _rendered++;

    public void Started() => _failedStarts.Clear();

    /// <summary>Notes a quarantined frame; gives what ends the run, or <c>null</c>.</summary>
    public Exception? Quarantined(IReadOnlyList<WorkerFailure> failures) => ++_quarantined >= HopelessFrames && _rendered == 0
        ? new WorkersFailedException($"the first {HopelessFrames} frames all failed {failures.Count} times and none was rendered", failures)
        : null;

    /// <summary>Notes a Worker that did not start; gives what ends the run: the third in a row, or at once what is no Worker's fault.</summary>
    public Exception? FailedToStart(Exception fault)
    {
        if (fault is not WorkersFailedException failed)
        {
            return fault;
        }

        _failedStarts.AddRange(failed.Failures);
        return _failedStarts.Count >= HopelessStarts
            ? new WorkersFailedException($"{HopelessStarts} workers in a row did not start", [.. _failedStarts])
            : null;
    }
}
