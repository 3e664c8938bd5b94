using Microsoft.Playwright;
using Newtonsoft.Json.Linq;
using Rayshard.Storage;

namespace Rayshard.Reporting.Tests;

/// <summary>Every text on the page is somebody's: it is shown as it is, runs nothing and breaks nothing.</summary>
public sealed class HarmTests(Browser browser)
{
    // Elements that harm would add; the page's own are counted.
    private const string Added = """
        () => [...document.querySelectorAll("img, iframe, object, embed, form, base, link[rel=stylesheet], [onerror], [onclick], [onload], script:not([type='application/json'], [type='text/plain'], [type=module])")].map(e => e.outerHTML)
        """;

    [Fact]
    public async Task In_a_report_with_all_that_runs_leave_behind()
    {
        using var store = new PageStore(frames: 8);
        var run = Directory.CreateDirectory(Path.Combine(store.Runs, "page", "20260101-000000-1")).FullName;
        File.WriteAllText(Path.Combine(run, "progress.json"), Harmed("""{"ended": HARM, "elapsed_seconds": 1, "frames": 1, "rendered": 1, "reused": 1, "failed": 1, "failed_tries": 1, "workers": [], "rate": [[0, 1], [1, 2]], "slowest": [[1, 2]]}"""));
        File.WriteAllText(Path.Combine(run, "provenance.json"), Harmed("""{"cpu_class": HARM, "executable_sha256": HARM, "written": HARM, "worker": {"blender": {"version": HARM}}, "rendered_with": {HARM: HARM}}"""));
        File.WriteAllText(Path.Combine(run, "quarantine.jsonl"), Harmed("""{"index": 1, "reproduce": HARM, "tries": [{"reason": HARM}]}""") + "\n");
        var again = Directory.CreateDirectory(Path.Combine(store.Runs, "_reproduce", "page", "20260101-000000-1")).FullName;
        File.WriteAllText(Path.Combine(again, "reproduce.json"), Harmed("""{"grade": HARM, "causes": [HARM], "frames": [{"passes": {HARM: {"grade": HARM, "max_ulp": 1, "max_abs": 1, "psnr_db": 1}}}]}"""));
        var verify = new VerifyNote(store.Runs, store.Folder, quick: false, TimeProvider.System);
        verify.Add(new(Path.Combine(Path.GetFileName(Path.GetDirectoryName(store.Shard))!, Path.GetFileName(store.Shard)), 0, PageStore.Harm, FaultKind.BadHeader, PageStore.Harm));
        verify.Write([], isWhole: true);
        await using var page = await browser.OpenAsync("file://" + store.Report());
        await page["#filter summary"].ClickAsync();
        foreach (var summary in await page["#about summary"].AllAsync())
        {
            await summary.ClickAsync();
        }

        await UseAsync(page);
        Assert.Equal("page – Rayshard", await page.Page.TitleAsync());
        Assert.Equal(PageStore.Harm, await page["#description"].TextContentAsync());
        Assert.Contains(PageStore.Harm, await page["#filters option"].AllTextContentsAsync());
        Assert.Contains(PageStore.Harm, await page["#frame-parameters dt"].AllTextContentsAsync());
        Assert.Contains(PageStore.Harm, await page["#about td"].AllTextContentsAsync());
        Assert.Contains(await page["#about p"].AllTextContentsAsync(), text => text.EndsWith(PageStore.Harm, StringComparison.Ordinal));
    }

    [Fact]
    public async Task In_the_experiments_name_and_its_scene_on_a_live_page()
    {
        // No store takes such a name; a page is made of whatever it is given.
        using var store = new PageStore(frames: 2);
        using var shelf = FrameShelf.Open(store.Folder, store.Experiment with { Name = PageStore.Harm, Toolchain = PageStore.Harm, Scene = store.Experiment.Scene with { File = PageStore.Harm } });
        await using var serving = new Serving(shelf, store.Runs);
        await using var page = await browser.OpenAsync(serving.Address);

        await UseAsync(page);
        Assert.Equal(PageStore.Harm, await page["#name"].TextContentAsync());
        Assert.Contains(PageStore.Harm, await page["#about td"].AllTextContentsAsync());
        Assert.DoesNotContain("harmed", (await page.Page.TitleAsync()).Replace(PageStore.Harm, "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    private static string Harmed(string json) => json.Replace("HARM", JToken.FromObject(PageStore.Harm).ToString(Newtonsoft.Json.Formatting.None), StringComparison.Ordinal);

    private static async Task UseAsync(OpenPage page)
    {
        await page["#sort"].SelectOptionAsync(new SelectOptionValue { Index = 3 });
        await page["#plot-x"].SelectOptionAsync(new SelectOptionValue { Index = 3 });
        await page["#plot-shade"].SelectOptionAsync(new SelectOptionValue { Index = 3 });
        await page.DrawnAsync();
        Assert.Empty(await page.Page.EvaluateAsync<string[]>(Added));
        Assert.Empty(page.Wrong);
    }
}
