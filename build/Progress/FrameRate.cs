using Rayshard.Execution;

namespace Rayshard.Build.Progress;

/// <summary>Frames per second of late, and the time that is left at that rate. Not thread-safe.</summary>
public sealed class FrameRate
{
    // Long enough to even out a Worker's restart, short enough to follow a sweep that gets slower.
    private static readonly TimeSpan s_window = TimeSpan.FromSeconds(30);

    // Reports may come thousands of times a second; these are enough for a smooth figure.
    private static readonly TimeSpan s_step = TimeSpan.FromSeconds(0.5);

    private readonly Queue<RenderProgress> _window = new();
    private RenderProgress? _newest;

    /// <summary>Frames rendered per second; 0 while nothing is known.</summary>
    public double PerSecond { get; private set; }

    /// <summary>Time that is left, should every frame that is left have to be rendered; absent while nothing is known.</summary>
    public TimeSpan? Left { get; private set; }

    /// <summary>Takes note of a report.</summary>
    public void Add(RenderProgress progress)
    {
        if (_newest is null || progress.Elapsed - _newest.Elapsed >= s_step)
        {
            _window.Enqueue(_newest = progress);
        }

        while (_window.Count > 1 && progress.Elapsed - _window.Peek().Elapsed > s_window)
        {
            _window.Dequeue();
        }

        var oldest = _window.Peek();
        var seconds = (progress.Elapsed - oldest.Elapsed).TotalSeconds;
        PerSecond = seconds > 0 ? (progress.Rendered - oldest.Rendered) / seconds : 0;
        var left = progress.Frames - progress.Done;

        // A sweep of 10^9 frames at a frame an hour is longer than a TimeSpan holds.
        Left = left == 0 ? TimeSpan.Zero : PerSecond > 0 ? TimeSpan.FromSeconds(Math.Min(left / PerSecond, 1e10)) : null;
    }
}
