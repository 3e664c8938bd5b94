using Rayshard.Execution;

namespace Rayshard.Build.Progress;

/// <summary>Shows a render as plain lines, for logs: the first report at once, then one every 5 seconds, in a long run fewer and fewer.</summary>
public sealed class LineView(Terminal terminal, TimeProvider time) : IRenderView
{
    private const double Growth = 0.05;

    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (FrameRate Rate, long Said)> _experiments = [];

    /// <inheritdoc/>
    public Task<T> ShowAsync<T>(Func<IProgress<RenderProgress>, Task<T>> render) => render(new Latest(Report));

    private void Report(RenderProgress progress)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            var isFirst = !_experiments.TryGetValue(progress.Experiment, out var shown);
            var rate = shown.Rate ?? new();
            rate.Add(progress);

            // A twentieth of the run so far: a run of a week writes some 300 lines, not 120,000.
            var pause = TimeSpan.FromSeconds(Math.Max(s_every.TotalSeconds, progress.Elapsed.TotalSeconds * Growth));
            var isDue = isFirst || time.GetElapsedTime(shown.Said, now) >= pause;
            _experiments[progress.Experiment] = (rate, isDue ? now : shown.Said);
            if (isDue)
            {
                terminal.Say(Line(progress, rate));
            }
        }
    }

    private static string Line(RenderProgress p, FrameRate rate) =>
        $"{p.Experiment}: {Words.Count(p.Done)} of {Words.Count(p.Frames, "frame")}{(p.Failed > 0 ? $" ({Words.Count(p.Failed)} failed)" : "")}, {Words.Rate(rate.PerSecond)} frames/s, "
        + $"{Words.Time(rate.Left)} left, {Words.Bytes(p.Bytes)}, {p.ShardsSealed} of {Words.Count(p.Shards, "shard")}";
}
