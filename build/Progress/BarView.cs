using System.Collections.Concurrent;
using Rayshard.Execution;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Rayshard.Build.Progress;

/// <summary>Shows a render as bars, one for each experiment.</summary>
public sealed class BarView(Terminal terminal) : IRenderView
{
    private readonly Lock _lock = new();
    private readonly CountsColumn _counts = new();
    private readonly Dictionary<string, (ProgressTask Bar, FrameRate Rate)> _bars = [];

    /// <inheritdoc/>
    public Task<T> ShowAsync<T>(Func<IProgress<RenderProgress>, Task<T>> render) => terminal.LiveAsync(console => console.Progress()
        .AutoClear(false)
        .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), _counts)
        .StartAsync(bars => render(new Latest(progress => Report(bars, progress)))));

    private void Report(ProgressContext bars, RenderProgress progress)
    {
        lock (_lock)
        {
            if (!_bars.TryGetValue(progress.Experiment, out var shown))
            {
                _bars[progress.Experiment] = shown = (bars.AddTask(Markup.Escape(progress.Experiment), maxValue: progress.Frames), new());
            }

            shown.Rate.Add(progress);
            _counts.Texts[shown.Bar.Id] = Counts(progress, shown.Rate);
            shown.Bar.Value = progress.Done;
        }
    }

    private static string Counts(RenderProgress p, FrameRate rate) =>
        $"{Words.Count(p.Done)}/{Words.Count(p.Frames)} frames{(p.Failed > 0 ? $" ({Words.Count(p.Failed)} failed)" : "")}  {Words.Rate(rate.PerSecond)}/s  {Words.Time(rate.Left)} left  "
        + $"{Words.Bytes(p.Bytes)}  {p.ShardsSealed}/{Words.Count(p.Shards, "shard")}";

    private sealed class CountsColumn : ProgressColumn
    {
        public ConcurrentDictionary<int, string> Texts { get; } = [];

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(Texts.GetValueOrDefault(task.Id, "")) { Overflow = Overflow.Ellipsis };
    }
}
