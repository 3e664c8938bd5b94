using System.Globalization;
using Microsoft.Playwright;

namespace Rayshard.Reporting.Tests;

/// <summary>10,000 frames, scrolled through, sorted and filtered: what that costs is counted, never timed, and what is shown is the right frame.</summary>
public sealed class ScrollingTests(Browser browser, ITestOutputHelper output)
{
    private const int Frames = 10_000;

    // Counts every thumbnail that is painted.
    private const string Count = """
        () => {
          const put = CanvasRenderingContext2D.prototype.putImageData;
          window.paints = 0;
          CanvasRenderingContext2D.prototype.putImageData = function (...given) { if (this.canvas.closest(".cell")) window.paints++; return put.apply(this, given); };
        }
        """;

    [Fact]
    public async Task Scrolling_through_makes_no_more_elements_and_paints_each_frame_about_once()
    {
        using var store = new PageStore(Frames, width: 12, height: 9);
        await using var page = await browser.OpenAsync("file://" + store.Report());
        await page["#pass"].SelectOptionAsync("normal");
        await page.DrawnAsync();
        var before = await page.Page.EvaluateAsync<int>("() => document.querySelectorAll('*').length");
        await page.Page.EvaluateAsync(Count);

        // By two thirds of the sheet, so that each step keeps a third of the cells.
        var most = await page.Page.EvaluateAsync<int[]>("""
            async () => {
              const sheet = document.querySelector("#sheet");
              let [nodes, steps] = [0, 0];
              for (; sheet.scrollTop + sheet.clientHeight < sheet.scrollHeight - 1; steps++) {
                sheet.scrollTop += sheet.clientHeight * 2 / 3;
                for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
                nodes = Math.max(nodes, document.querySelectorAll("*").length);
              }
              return [nodes, steps, window.paints, document.querySelectorAll(".cell:not([hidden])").length];
            }
            """);
        var (nodes, steps, paints, shown) = (most[0], most[1], most[2], most[3]);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{before} elements before, {nodes} at most in {steps} steps; {paints} thumbnails painted, {shown} shown at the end"));

        Assert.InRange(steps, 50, 1000);
        Assert.InRange(nodes, before, before + (3 * 60));
        Assert.InRange(paints, Frames - (2 * shown), Frames + (2 * shown));
        await UnderPointerAsync(page, at => at);
        await TellFrameTimesAsync(page);
        Assert.Empty(page.Wrong);
    }

    [Fact]
    public async Task The_frame_under_the_pointer_is_the_right_one_after_scrolling_sorting_and_filtering()
    {
        using var store = new PageStore(Frames, width: 12, height: 9);
        await using var page = await browser.OpenAsync("file://" + store.Report());
        await page["#pass"].SelectOptionAsync("normal");
        await page.DrawnAsync();
        await page.Page.EvaluateAsync(Count);
        await ScrollAsync(page, 0.37);
        await UnderPointerAsync(page, at => at);

        // The mean rises with the index, so downwards by it is from the last frame on.
        var painted = await PaintsAsync(page);
        await page["#sort"].SelectOptionAsync("combined R mean");
        await page["#direction"].ClickAsync();
        await page.DrawnAsync();
        await UnderPointerAsync(page, at => Frames - 1 - at);
        await ScrollAsync(page, 0.8);
        await UnderPointerAsync(page, at => Frames - 1 - at);
        Assert.InRange(await PaintsAsync(page) - painted, 1, 1000);

        painted = await PaintsAsync(page);
        await page["#filter summary"].ClickAsync();
        await page.Page.GetByLabel("index, from").FillAsync("5000");
        await page.Page.GetByLabel("index, to").FillAsync("5999");
        await page.UntilAsync("() => document.querySelector('#filtered').textContent === ': 1,000 of 10,000 frames'");
        await page.DrawnAsync();
        await UnderPointerAsync(page, at => 5999 - at);
        await page.Page.GetByLabel("paint", new() { Exact = true }).SelectOptionAsync(new SelectOptionValue { Label = "plain" });
        await page.UntilAsync("() => document.querySelector('#filtered').textContent === ': 500 of 10,000 frames'");
        await ScrollAsync(page, 0.5);
        await UnderPointerAsync(page, at => 5998 - (2 * at));
        Assert.InRange(await PaintsAsync(page) - painted, 1, 1500);
        Assert.Empty(page.Wrong);
    }

    [Fact]
    public async Task A_pass_without_thumbnails_shows_none_and_not_those_of_another()
    {
        // So many that 16 pixels of each pass do not fit: the first one has them alone.
        using var store = new PageStore(2000, planned: Frames, width: 16, height: 16);
        await using var page = await browser.OpenAsync("file://" + store.Report());
        Task<int> InkAsync(int place) => page.Page.EvaluateAsync<int>("place => Array.from(document.querySelector(`#cell-${place} canvas`).getContext('2d').getImageData(0, 0, 1, 1).data).reduce((sum, one) => sum + one)", place);
        Assert.NotEqual(0, await InkAsync(20));
        Assert.Contains("normal (no thumbnails)", await page["#pass option"].AllTextContentsAsync());

        await page["#pass"].SelectOptionAsync("normal");
        await page.DrawnAsync();
        Assert.Equal(0, await InkAsync(21));
        Assert.Empty(page.Wrong);
    }

    // For the reader of the output; a time is no test.
    private async Task TellFrameTimesAsync(OpenPage page)
    {
        foreach (var (what, pixels) in new[] { ("resting", 0), ("a wheel's notch, 100 px a frame", 100), ("a fling, a whole sheet a frame", 720) })
        {
            var times = await page.Page.EvaluateAsync<double[]>("""
                async pixels => {
                  const sheet = document.querySelector("#sheet"), times = [];
                  sheet.scrollTop = 0;
                  let last = await new Promise(requestAnimationFrame);
                  while (times.length < 300 && (!pixels || sheet.scrollTop + sheet.clientHeight < sheet.scrollHeight - 1)) {
                    sheet.scrollTop += pixels;
                    const now = await new Promise(requestAnimationFrame);
                    times.push(now - last);
                    last = now;
                  }
                  return times.sort((a, b) => a - b);
                }
                """, pixels);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{what}: {times.Length} frames, median {times[times.Length / 2]:0.0} ms, p95 {times[times.Length * 95 / 100]:0.0} ms, longest {times[^1]:0.0} ms"));
        }
    }

    private static Task<int> PaintsAsync(OpenPage page) => page.Page.EvaluateAsync<int>("() => window.paints");

    private static async Task ScrollAsync(OpenPage page, double share)
    {
        await page.Page.EvaluateAsync("share => { const sheet = document.querySelector('#sheet'); sheet.scrollTop = Math.round((sheet.scrollHeight - sheet.clientHeight) * share); }", share);
        await page.DrawnAsync();
    }

    // Where the pointer stands in the sheet says which frame of the order it is on; the picture there, and the viewer after a click, have to be that frame's.
    private static async Task UnderPointerAsync(OpenPage page, Func<int, int> frameAt)
    {
        await page.Page.EvaluateAsync("() => document.querySelector('#sheet').scrollIntoView({ block: 'start' })");
        var box = (await page["#sheet"].BoundingBoxAsync())!;
        foreach (var (x, y) in new[] { (0.1, 0.15), (0.5, 0.5), (0.8, 0.6) })
        {
            var (left, top) = (box.X + (box.Width * x), box.Y + (box.Height * y));
            await page.Page.Mouse.MoveAsync((float)left, (float)top);
            var found = await page.Page.EvaluateAsync<int[]>("""
                ([left, top]) => {
                  const sheet = document.querySelector("#sheet"), cell = document.elementFromPoint(left, top).closest(".cell"), box = sheet.getBoundingClientRect();
                  const { width, height } = cell.getBoundingClientRect(), columns = Math.floor(sheet.clientWidth / width);
                  const order = Math.floor((top - box.top - sheet.clientTop + sheet.scrollTop) / height) * columns + Math.floor((left - box.left - sheet.clientLeft) / width);
                  const pixel = new OffscreenCanvas(1, 1).getContext("2d");
                  pixel.drawImage(cell.querySelector("canvas"), -3, -2);
                  return [order, Number(cell.dataset.place), Number(cell.ariaPosInSet), ...pixel.getImageData(0, 0, 1, 1).data.slice(0, 3)];
                }
                """, new[] { left, top });
            var frame = frameAt(found[0]);
            Assert.Equal([frame, found[0] + 1], found[1..3]);
            Assert.All([0, 1, 2], channel => Assert.InRange(found[3 + channel], Shade(frame, channel) - 1, Shade(frame, channel) + 1));

            await page.Page.Mouse.ClickAsync((float)left, (float)top);
            await page.UntilAsync($"() => document.querySelector('#frame-name').textContent === 'Frame {frame}'");
        }
    }

    private static int Shade(int frame, int channel) => (int)MathF.Round(127.5f * (1 + (float)(Half)PageStore.At("normal", frame, 3, 2, channel)));
}
