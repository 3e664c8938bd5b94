using System.Diagnostics;

namespace Rayshard.Blender;

/// <summary>How long frames have taken of late, and so how long one may take. Thread-safe.</summary>
internal sealed class Pace(WorkerPoolOptions options)
{
    private const int Remembered = 31;
    private const int Patience = 10;

    // As much work as bridges the host's pauses, which are its flushes of 64 MiB; from half a second a frame on, the millisecond that asking
    // ahead saves is nothing against the frame that is lost when the run ends.
    private static readonly TimeSpan s_ahead = TimeSpan.FromSeconds(0.2);
    private static readonly TimeSpan s_askAheadBelow = TimeSpan.FromSeconds(0.5);

    private readonly Lock _lock = new();
    private readonly TimeSpan[] _recent = new TimeSpan[Remembered];
    private long _count;
    private TimeSpan _median;

    /// <summary>How many frames a Worker with so many slots is asked for at a time.</summary>
    public int Ahead(int slots) => Interlocked.Read(ref _count) == 0 || _median >= s_askAheadBelow
        ? 1
        : (int)Math.Clamp(s_ahead / (_median + TimeSpan.FromTicks(1)), 2, Math.Max(2, slots / 2));

    /// <summary>Whether so many frames, each shorter than a time, keep a Worker at work for four times as long.</summary>
    public bool Keeps(int frames, TimeSpan time) => _median < time / 2 && frames * _median > 4 * time;

    /// <summary>Notes a rendered frame.</summary>
    public void Add(TimeSpan frame)
    {
        lock (_lock)
        {
            _recent[_count++ % Remembered] = frame;
            var count = (int)Math.Min(_count, Remembered);
            Span<TimeSpan> sorted = stackalloc TimeSpan[Remembered];
            _recent.AsSpan(0, count).CopyTo(sorted);
            sorted[..count].Sort();
            _median = sorted[count / 2];
        }
    }

    /// <summary>The moment (<see cref="Stopwatch.GetTimestamp"/>) by which a frame begun now must be there.</summary>
    public long Deadline(bool first)
    {
        lock (_lock)
        {
            var least = first ? options.FirstFrameDeadline : options.FrameDeadline;
            return Until(least > Patience * _median ? least : Patience * _median);
        }
    }

    /// <summary>The moment after a time.</summary>
    public static long Until(TimeSpan time) => Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
}
