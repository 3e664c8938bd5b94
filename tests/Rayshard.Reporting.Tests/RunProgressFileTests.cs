using Newtonsoft.Json.Linq;
using Rayshard.Blender;
using Rayshard.Execution;
using Rayshard.Tests.Storage;

namespace Rayshard.Reporting.Tests;

/// <summary><c>progress.json</c>: what a run writes, and what the page makes of one that is not as it was written.</summary>
public sealed class RunProgressFileTests(Browser browser)
{
    private static readonly WorkerState[] s_workers = [new(1, 4321, 30, 2), new(2, null, 0, 1)];

    [Fact]
    public void It_says_how_the_run_is()
    {
        using var folder = new TemporaryFolder();
        var clock = new Clock();
        var file = new RunProgressFile(folder.Path, clock);
        file.Rendered(7, 0.5);
        clock.Pass(2.5);
        file.Write(Progress(30, 2.5), () => s_workers, "done");

        Assert.Equal("""
            {"experiment":"page","pid":PID,"started":"1970-01-01T00:00:00Z","written":"1970-01-01T00:00:02Z","ended":"done","elapsed_seconds":2.5,"frames":100,"rendered":30,"reused":3,"failed":2,"failed_tries":5,"workers":[{"number":1,"pid":4321,"rendered":30,"starts":2},{"number":2,"pid":null,"rendered":0,"starts":1}],"rate":[[2.5,35]],"slowest":[[7,0.5]]}
            """.Replace("PID", $"{Environment.ProcessId}", StringComparison.Ordinal), File.ReadAllText(folder["progress.json"]).TrimEnd());
        Assert.Equal([folder["progress.json"]], Directory.GetFiles(folder.Path));
        Assert.NotNull(RunNotes.Progress(folder["progress.json"]));
    }

    [Fact]
    public void It_is_written_once_a_second_and_at_the_end()
    {
        using var folder = new TemporaryFolder();
        var (clock, asked) = (new Clock(), 0);
        var file = new RunProgressFile(folder.Path, clock);
        for (var i = 0; i < 50; i++)
        {
            file.Write(Progress(i, i / 10.0), () => { asked++; return s_workers; });
            clock.Pass(0.1);
        }

        Assert.Equal(5, asked);
        Assert.Equal(40, (int)Read(folder)["rendered"]!);
        file.Write(Progress(50, 4.95), () => s_workers, "interrupted");
        Assert.Equal((50, "interrupted"), ((int)Read(folder)["rendered"]!, (string?)Read(folder)["ended"]));
    }

    [Fact]
    public void A_run_of_a_week_keeps_512_points_from_its_begin_to_now_and_the_16_slowest_frames()
    {
        using var folder = new TemporaryFolder();
        var clock = new Clock();
        var file = new RunProgressFile(folder.Path, clock);
        for (var i = 0; i < 5000; i++)
        {
            file.Rendered(i, (i * 37 % 5000) / 100.0);
            file.Write(Progress(i, i), () => s_workers);
            clock.Pass(1);
        }

        var json = Read(folder);
        var rate = json["rate"]!.Select(point => (double)point[0]!).ToList();
        Assert.InRange(rate.Count, 257, 512);
        Assert.Equal(0, rate[0]);
        Assert.InRange(rate[^1], 4980, 4999);
        Assert.Equal(rate.Order(), rate);
        Assert.Equal([.. Enumerable.Range(0, 16).Select(i => (4999 - i) / 100.0)], json["slowest"]!.Select(frame => (double)frame[1]!));
        Assert.InRange(new FileInfo(folder["progress.json"]).Length, 1, 16_384);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_does_not_end_the_run()
    {
        new RunProgressFile("/proc/no", new Clock()).Write(Progress(1, 1), () => s_workers, "done");
    }

    [Theory]
    [InlineData("cut off")]
    [InlineData("empty")]
    [InlineData("another form")]
    [InlineData("an older version")]
    [InlineData("not a number")]
    public async Task One_that_is_not_as_it_was_written_is_told_and_the_page_is_whole(string how)
    {
        using var store = new PageStore(frames: 4);
        var run = Directory.CreateDirectory(Path.Combine(store.Runs, "page", "20260101-000000-1")).FullName;
        var path = Path.Combine(run, "progress.json");
        new RunProgressFile(run, new Clock()).Write(Progress(30, 2.5), () => s_workers, "done");
        await using (var page = await browser.OpenAsync("file://" + store.Report()))
        {
            Assert.Equal(1, await page["#about p", "Run 20260101-000000-1: 30 rendered, 3 reused, 2 quarantined in 2.5 s; 5 tries failed, 3 Workers started."].CountAsync());
        }

        var text = File.ReadAllText(path);
        File.WriteAllText(path, how switch
        {
            "cut off" => text[..(text.Length / 2)],
            "empty" => "",
            "another form" => "[1, 2]",
            "an older version" => text.Replace("\"rate\":[[2.5,35]]", "\"frames_per_second\":12", StringComparison.Ordinal),
            _ => text.Replace("\"rendered\":30,\"reused\"", "\"rendered\":\"many\",\"reused\"", StringComparison.Ordinal),
        });
        await using var damaged = await browser.OpenAsync("file://" + store.Report());
        Assert.Equal(1, await damaged["#about p", "progress.json of run 20260101-000000-1 is cut off, damaged or of another version: it can't be read."].CountAsync());
        Assert.Equal(4, await damaged[".cell"].CountAsync());
        Assert.Empty(damaged.Wrong);
    }

    [Fact]
    public async Task A_note_of_another_form_takes_nothing_else_of_the_page_with_it()
    {
        using var store = new PageStore(frames: 4);
        var run = Directory.CreateDirectory(Path.Combine(store.Runs, "_reproduce", "page", "20260101-000000-1")).FullName;
        File.WriteAllText(Path.Combine(run, "reproduce.json"), """{"grade": 7, "frames": [{"passes": {"depth": null}}]}""");
        await using var page = await browser.OpenAsync("file://" + store.Report());

        Assert.Equal(1, await page["#about p", "What a run noted for reproduction has a form that this page does not know"].CountAsync());
        Assert.Equal(1, await page["#about h3", "Verification"].CountAsync());
        Assert.Equal(4, await page[".cell"].CountAsync());
        Assert.Empty(page.Wrong);
    }

    private static RenderProgress Progress(long rendered, double seconds) =>
        new("page", 100) { Rendered = rendered, Reused = 3, Failed = 2, FailedTries = 5, Elapsed = TimeSpan.FromSeconds(seconds) };

    private static JObject Read(TemporaryFolder folder) => RunNotes.Progress(folder["progress.json"])!;

    private sealed class Clock : TimeProvider
    {
        private double _seconds;

        public override long TimestampFrequency => 1000;

        public void Pass(double seconds) => _seconds += seconds;

        public override long GetTimestamp() => (long)Math.Round(_seconds * 1000);

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddSeconds(_seconds);
    }
}
