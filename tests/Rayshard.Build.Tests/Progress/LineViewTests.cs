using Rayshard.Build.Progress;
using Rayshard.Execution;

namespace Rayshard.Build.Tests.Progress;

public sealed class LineViewTests : IDisposable
{
    private readonly StringWriter _output = new() { NewLine = "\n" };
    private readonly ManualTime _time = new();

    public void Dispose() => _output.Dispose();

    [Fact]
    public async Task The_first_report_is_shown_at_once_and_then_one_every_five_seconds()
    {
        await ShowAsync(Enumerable.Range(0, 201).Select(i => At(0.1 * i, rendered: i)));

        Assert.Equal(
            "first-light: 0 of 1,000 frames, 0.00 frames/s, -:-- left, 0 B, 0 of 4 shards\n"
            + "first-light: 50 of 1,000 frames, 10.0 frames/s, 1:35 left, 3.1 MiB, 0 of 4 shards\n"
            + "first-light: 100 of 1,000 frames, 10.0 frames/s, 1:30 left, 6.2 MiB, 0 of 4 shards\n"
            + "first-light: 150 of 1,000 frames, 10.0 frames/s, 1:25 left, 9.4 MiB, 0 of 4 shards\n"
            + "first-light: 200 of 1,000 frames, 10.0 frames/s, 1:20 left, 12.5 MiB, 0 of 4 shards\n",
            _output.ToString());
    }

    [Fact]
    public async Task A_run_of_a_week_writes_a_few_hundred_lines()
    {
        const int Week = 7 * 24 * 3600;

        await ShowAsync(Enumerable.Range(0, Week / 10).Select(i => At(10.0 * i, rendered: 1) with { Frames = 1_000_000 }));

        Assert.InRange(_output.ToString().Count(c => c == '\n'), 100, 400);
    }

    [Fact]
    public async Task What_went_wrong_is_shown_as_it_happens()
    {
        await ShowAsync([At(1, rendered: 3) with { Failed = 2 }]);

        Assert.StartsWith("first-light: 5 of 1,000 frames (2 failed),", _output.ToString(), StringComparison.Ordinal);
    }

    private static RenderProgress At(double seconds, long rendered) =>
        new("first-light", 1000) { Rendered = rendered, Elapsed = TimeSpan.FromSeconds(seconds), Bytes = rendered * 65536, Shards = 4 };

    private Task<int> ShowAsync(IEnumerable<RenderProgress> reports) => new LineView(new(TextWriter.Null, _output), _time).ShowAsync(progress =>
    {
        foreach (var report in reports)
        {
            _time.Now = report.Elapsed;
            progress.Report(report);
        }

        return Task.FromResult(0);
    });

    private sealed class ManualTime : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
