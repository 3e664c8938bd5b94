using Newtonsoft.Json.Linq;
using Rayshard.Storage;
using Rayshard.Tests.Storage;

namespace Rayshard.Reporting.Tests;

/// <summary>What a page makes of frames, notes and hands that are not as one expects.</summary>
public sealed class PageEdgeTests(Browser browser)
{
    [Fact]
    public async Task A_frame_without_a_number_widens_no_scale_comes_last_and_says_what_it_has_instead()
    {
        using var store = new PageStore(nothing: 5);
        await using var page = await browser.OpenAsync("file://" + store.Report());
        await page["#pass"].SelectOptionAsync("depth");
        await page.DrawnAsync();
        Assert.Equal("2", await page["#low"].TextContentAsync());

        await page["#sort"].SelectOptionAsync("depth Z max");
        for (var way = 0; way < 2; way++)
        {
            await page["#direction"].ClickAsync();
            await page.DrawnAsync();
            await page["#sheet"].FocusAsync();
            await page.Page.Keyboard.PressAsync("End");
            await page.UntilAsync("() => document.querySelector('#frame-name').textContent === 'Frame 5'");
            await page.Page.Keyboard.PressAsync("Home");
            await page.UntilAsync("() => document.querySelector('#frame-name').textContent !== 'Frame 5'");
        }

        await page.Page.Keyboard.PressAsync("End");
        await page.UntilAsync("() => document.querySelector('#left-out').textContent === '384 of depth Z where nothing was hit'");
        await page["#pass"].SelectOptionAsync("combined");
        await page["#sort"].SelectOptionAsync("index");
        await page["#direction"].ClickAsync();
        await page.DrawnAsync();
        await page.ChooseAsync(0);
        await page.UntilAsync("() => document.querySelector('#left-out').textContent === '1 of combined R not finite, 1 of combined G not finite'");
        Assert.Empty(page.Wrong);
    }

    [Fact]
    public async Task A_channel_that_a_thumbnail_lacks_is_not_told_to_be_NaN()
    {
        using var store = new PageStore(frames: 12, width: 320, height: 200);
        await using var page = await browser.OpenAsync("file://" + store.Report());
        await page[".cell:not(.whole)"].First.ClickAsync();
        await page.UntilAsync("() => document.querySelector('#source').textContent.startsWith('Not as stored')");

        Assert.Equal(["", "–"], [await page["#values td[data-pass=combined][data-channel=A]"].GetAttributeAsync("data-value"), (await page["#values td[data-pass=combined][data-channel=A]"].TextContentAsync())![1..]]);
        Assert.NotEqual("", await page["#values td[data-pass=combined][data-channel=B]"].GetAttributeAsync("data-value"));
    }

    [Fact]
    public async Task Before_there_is_a_frame_every_button_and_key_does_nothing()
    {
        using var store = new PageStore(frames: 2);
        using var empty = new TemporaryFolder();
        using var shelf = FrameShelf.Open(empty.Path, store.Experiment);
        await using var serving = new Serving(shelf, store.Runs);
        await using var page = await browser.OpenAsync(serving.Address);
        foreach (var button in new[] { "#zoom-in", "#zoom-out", "#fit", "#pin", "#previous", "#next", "#direction" })
        {
            await page[button].ClickAsync();
        }

        await page["#pixels"].ClickAsync();
        await page.Page.Mouse.WheelAsync(0, -100);
        foreach (var key in new[] { "ArrowLeft", "+", "0", "a", "n" })
        {
            await page.Page.Keyboard.PressAsync(key);
        }

        await page.DrawnAsync();
        Assert.Empty(page.Wrong);
    }

    [Fact]
    public async Task On_a_phone_a_tap_chooses_a_pixel_and_a_swipe_goes_on_past_the_frame()
    {
        using var store = new PageStore(frames: 4);
        await using var page = await browser.OpenAsync("file://" + store.Report(), 360, 740, touch: true);
        await page["#pixels"].ScrollIntoViewIfNeededAsync();
        var box = (await page["#pixels"].BoundingBoxAsync())!;
        await page.Page.Touchscreen.TapAsync(box.X + (box.Width / 2) - 40, box.Y + (box.Height / 2) - 30);

        await page.UntilAsync("() => /^x (8|9), y (5|6) /.test(document.querySelector('#where').textContent)");
        Assert.Equal("pan-y pinch-zoom", await page.Page.EvaluateAsync<string>("() => getComputedStyle(document.querySelector('#pixels')).touchAction"));
        Assert.Empty(page.Wrong);
    }

    [Fact]
    public async Task Parameters_stand_with_all_their_digits()
    {
        using var store = new PageStore();
        await using var page = await browser.OpenAsync("file://" + store.Report());
        await page.ChooseAsync(7);

        Assert.StartsWith(store.Plan.At(7).Values[0].ToJson().ToString(Newtonsoft.Json.Formatting.None), await page["#frame-parameters dd"].First.TextContentAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_many_quarantined_frames_all_are_counted_and_only_frames_of_the_page_are_links()
    {
        using var store = new PageStore(frames: 8);
        var run = Run(store, null);
        File.WriteAllLines(Path.Combine(run, "quarantine.jsonl"), Enumerable.Range(0, 250).Select(i => $$"""{"index": {{i}}, "reproduce": "again", "tries": []}"""));
        await using var page = await browser.OpenAsync("file://" + store.Report());

        Assert.Equal(1, await page["#status b.warn", "250"].CountAsync());
        Assert.Equal(1, await page["#about p", "The first 200 of 250; quarantine.jsonl of run 20260101-000000-1 has them all."].CountAsync());
        Assert.Equal(["frame 1"], await page["#about button.link"].AllTextContentsAsync());
        Assert.Equal(1, await page["#about th", "frame 99"].CountAsync());
    }

    [Fact]
    public async Task Runs_of_another_experiment_of_that_name_are_not_shown_as_this_ones()
    {
        using var store = new PageStore(frames: 8);
        var run = Run(store, Digest.Of("edited").ToString());
        await using (var page = await browser.OpenAsync("file://" + store.Report()))
        {
            Assert.Equal(1, await page["#about p", "No run of this machine is written down."].CountAsync());
            Assert.Equal(1, await page["#status li", "Reproduced not tried"].CountAsync());
        }

        Run(store, store.Plan.Settings.ToString());
        await using var own = await browser.OpenAsync("file://" + store.Report());
        Assert.Equal(1, await own["#about p", $"Run {Path.GetFileName(run)}: 8 rendered"].CountAsync());
        Assert.Equal(1, await own["#status li", "Reproduced identical"].CountAsync());
    }

    private static string Run(PageStore store, string? settings)
    {
        var run = Directory.CreateDirectory(Path.Combine(store.Runs, "page", "20260101-000000-1")).FullName;
        File.WriteAllText(Path.Combine(run, "progress.json"), """{"ended": "done", "elapsed_seconds": 1, "frames": 8, "rendered": 8, "reused": 0, "failed": 0, "failed_tries": 0, "workers": [], "rate": [[0, 1], [1, 2]], "slowest": [[1, 2], [99, 1]]}""");
        if (settings is not null)
        {
            File.WriteAllText(Path.Combine(run, "provenance.json"), new JObject { ["settings"] = settings }.ToString());
            var again = Directory.CreateDirectory(Path.Combine(store.Runs, "_reproduce", "page", "20260101-000000-1")).FullName;
            File.WriteAllText(Path.Combine(again, "reproduce.json"), new JObject { ["settings"] = settings, ["grade"] = "identical", ["frames"] = new JArray() }.ToString());
        }

        return run;
    }
}
