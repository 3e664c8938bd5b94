namespace Rayshard.Reporting.Tests;

/// <summary>Pages of many frames, of a sample, and of a store that lacks some or is damaged.</summary>
public sealed class LargePageTests(Browser browser)
{
    // What the README promises.
    private const long MaxPageBytes = 50_000_000;

    [Fact]
    public async Task Ten_thousand_frames_are_one_small_page_that_holds_only_the_cells_in_sight()
    {
        using var store = new PageStore(10_000, width: 16, height: 12);
        var path = store.Report();
        Assert.InRange(new FileInfo(path).Length, 1, MaxPageBytes);

        await using var page = await browser.OpenAsync("file://" + path);
        Assert.Contains("10,000 of 10,000", await page["#status"].InnerTextAsync(), StringComparison.Ordinal);
        Assert.InRange(await page[".cell"].CountAsync(), 10, 200);
        await page["#sheet"].FocusAsync();
        await page.Page.Keyboard.PressAsync("End");
        await page["#cell-9999"].WaitForAsync();
        Assert.InRange(await page[".cell"].CountAsync(), 10, 200);
        Assert.Empty(page.Wrong);
    }

    [Fact]
    public async Task A_million_frames_are_a_sample_that_says_so()
    {
        using var store = new PageStore(frames: 1000, planned: 1_000_000, width: 8, height: 6);
        await using var page = await browser.OpenAsync("file://" + store.Report());

        var text = await page["#shown"].InnerTextAsync();
        Assert.Matches(@"^A sample: [\d,]+ of the experiment's 1,000,000 frames are on this page, one of each equal stretch\. [\d,]+ of them are not in the store\.", text);
        Assert.Contains("1,000 of 1,000,000", await page["#status"].InnerTextAsync(), StringComparison.Ordinal);
        Assert.Empty(page.Wrong);
    }

    [Theory]
    [InlineData(10_000, 4096, 4096)]
    [InlineData(10_000, 128, 128)]
    [InlineData(1, 16384, 16384)]
    [InlineData(1_000_000_000, 1920, 1080)]
    public void No_experiment_makes_a_page_larger_than_is_promised(long frames, int width, int height)
    {
        using var store = new PageStore(frames: 2);
        var experiment = store.Experiment with { Render = new() { Width = width, Height = height, Samples = 1 }, Parameters = [new("light") { Linear = new(0, 1, frames), Source = default }] };
        var plan = new PagePlan(experiment, new(experiment), null);

        var pixels = plan.WithPixels * 4L * width * height * plan.Passes.Sum(pass => pass.Channels.Count);
        Assert.InRange(((plan.Indexes.Count * (long)plan.PacketBytes) + pixels) * 4 / 3, 1, MaxPageBytes);
        Assert.InRange(plan.Indexes.Count, 1, PagePlan.MaxFrames);
        Assert.All(plan.Passes, pass => Assert.InRange(pass.Thumbnail.Width, 0, 96));
    }

    [Fact]
    public async Task Frames_that_the_store_lacks_are_counted_and_left_out()
    {
        using var store = new PageStore(frames: 8, planned: null, without: [2, 5]);
        await using var page = await browser.OpenAsync("file://" + store.Report());

        Assert.Contains("6 of 8", await page["#status"].InnerTextAsync(), StringComparison.Ordinal);
        Assert.Contains("2 of them are not in the store", await page["#shown"].InnerTextAsync(), StringComparison.Ordinal);
        Assert.Equal(0, await page["#cell-2"].CountAsync());
        await page.ChooseAsync(6);
        Assert.Equal("Frame 6", await page["#frame-name"].InnerTextAsync());
    }

    [Fact]
    public async Task A_damaged_frame_is_named_and_the_others_are_shown()
    {
        using var store = new PageStore(frames: 8);
        using (var file = File.OpenWrite(store.Shard))
        {
            file.Position = 4096;
            file.WriteByte(77);
        }

        await using var page = await browser.OpenAsync("file://" + store.Report());
        Assert.Contains("1 fault", await page["#status"].InnerTextAsync(), StringComparison.Ordinal);
        Assert.Contains("SHA-256", await page["#about .bad >> nth=1"].InnerTextAsync(), StringComparison.Ordinal);
        Assert.Equal(7, await page[".cell"].CountAsync());
    }

    [Fact]
    public async Task A_shard_that_lost_its_end_is_named_once_and_the_page_opens()
    {
        using var store = new PageStore(frames: 8);
        File.WriteAllBytes(store.Shard, File.ReadAllBytes(store.Shard)[..^700]);
        await using var page = await browser.OpenAsync("file://" + store.Report());

        Assert.Contains("1 fault", await page["#status"].InnerTextAsync(), StringComparison.Ordinal);
        Assert.Equal(0, await page[".cell"].CountAsync());
        Assert.Empty(page.Wrong);
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_an_error_that_names_it()
    {
        using var store = new PageStore(frames: 2);
        using var shelf = store.OpenShelf();

        var thrown = Assert.Throws<RayshardException>(() => new Report(shelf, store.Runs, []).Write("/proc/no/report.html", null, default, default));
        Assert.StartsWith("/proc/no/report.html: the report can't be written: ", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_experiment_that_the_store_has_nothing_of_is_an_error_that_says_what_to_do()
    {
        using var store = new PageStore(frames: 2);
        using var shelf = FrameShelf.Open(Path.Combine(store.Folder, "elsewhere"), store.Experiment);

        var thrown = Assert.Throws<RayshardException>(() => new Report(shelf, store.Runs, []).Write(Path.Combine(store.Folder, "x.html"), null, default, default));
        Assert.Equal(ExitCode.NotFound, thrown.ExitCode);
        Assert.Contains("render it first", thrown.Message, StringComparison.Ordinal);
    }
}
