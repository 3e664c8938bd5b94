using System.Diagnostics;
using System.Globalization;
using Microsoft.Playwright;

namespace Rayshard.Reporting.Tests;

/// <summary>The report in a real browser, opened from disk.</summary>
public sealed class ReportPageTests(Browser browser)
{
    [Fact]
    public async Task It_opens_from_disk_without_an_error_and_asks_nobody_for_anything()
    {
        using var store = new PageStore();
        await using var page = await browser.OpenAsync("file://" + store.Report());

        Assert.Empty(page.Wrong);
        Assert.All(page.Asked, address => Assert.StartsWith("file://", address, StringComparison.Ordinal));
        Assert.Single(page.Asked);
        Assert.Contains("48 of 48", await page["#status"].InnerTextAsync(), StringComparison.Ordinal);
        Assert.Contains("48 frames whole", await page["#status"].InnerTextAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(0, 1, 0)]
    [InlineData(7, 5, 9)]
    [InlineData(11, 23, 15)]
    public async Task The_value_under_the_pointer_is_NumPys_to_the_bit_for_every_pass_and_channel(int frame, int x, int y)
    {
        using var store = new PageStore();
        await using var page = await browser.OpenAsync("file://" + store.Report());
        await page.ChooseAsync(frame);
        await page.PointAtAsync(x, y, 24, 16);

        var values = NumPy(store.Shard, frame, x, y);
        Assert.Equal(8, values.Count);
        foreach (var (pass, channel, text, bits) in values)
        {
            var shown = await page[$"#values td[data-pass={pass}][data-channel={channel}]"].GetAttributeAsync("data-value");
            Assert.Equal(bits, Convert.ToHexStringLower(BitConverter.GetBytes(Parse(shown!))));
            Assert.True(shown!.Length <= text.Length + 1, $"{shown} is longer than NumPy's {text}");
        }
    }

    [Fact]
    public async Task Names_and_texts_of_the_experiment_are_shown_and_never_run()
    {
        using var store = new PageStore();
        await using var page = await browser.OpenAsync("file://" + store.Report());
        await page["#filter summary"].ClickAsync();

        Assert.Equal("page – Rayshard", await page.Page.TitleAsync());
        Assert.Equal(PageStore.Harm, await page["#description"].TextContentAsync());
        Assert.Equal(0, await page["img"].CountAsync());
        Assert.Contains(PageStore.Harm, await page["#filters"].Locator("option").AllTextContentsAsync());
        Assert.Empty(page.Wrong);
    }

    [Fact]
    public async Task The_exposure_slider_works_on_the_floats_and_not_on_a_picture()
    {
        using var store = new PageStore();
        await using var page = await browser.OpenAsync("file://" + store.Report());

        // Frame 40 at (20, 0) is 11.6: white at any exposure that a picture could have kept, and 0.36 six stops down.
        Assert.Equal(Expected(40, 20, 0, 0), await PixelAsync(page, 40, 20, 0));
        await page["#exposure"].FillAsync("-6");
        await page.UntilAsync("() => document.querySelector('#stops').textContent === '-6.0 EV'");
        await page.DrawnAsync();
        Assert.Equal(Expected(40, 20, 0, -6), await PixelAsync(page, 40, 20, 0));
    }

    [Fact]
    public async Task Every_control_is_within_reach_of_the_keyboard()
    {
        using var store = new PageStore();
        await using var page = await browser.OpenAsync("file://" + store.Report());
        await page["#sheet"].FocusAsync();
        await page.Page.Keyboard.PressAsync("ArrowRight");
        await page.Page.Keyboard.PressAsync("ArrowDown");
        await page.UntilAsync("() => document.querySelector('#sheet').getAttribute('aria-activedescendant') !== 'cell-1'");
        await page.Page.Keyboard.PressAsync("End");
        await page.UntilAsync("() => document.querySelector('#frame-name').textContent === 'Frame 47'");
        Assert.Equal("cell-47", await page["#sheet"].GetAttributeAsync("aria-activedescendant"));

        await page.Page.Keyboard.PressAsync("Enter");
        Assert.Equal("pixels", await page.Page.EvaluateAsync<string>("() => document.activeElement.id"));
        await page.Page.Keyboard.PressAsync("ArrowRight");
        await page.Page.Keyboard.PressAsync("Shift+ArrowUp");
        Assert.StartsWith("x 13, y 0 ", await page["#where"].TextContentAsync(), StringComparison.Ordinal);

        await page.Page.Keyboard.PressAsync("a");
        await page.Page.Keyboard.PressAsync("p");
        await page.UntilAsync("() => document.querySelector('#where').textContent.endsWith('A is frame 47, B frame 46')");
        await page["#compare"].SelectOptionAsync("difference");
        await page.Page.Keyboard.PressAsync("Tab");
        Assert.Empty(page.Wrong);
    }

    [Fact]
    public async Task Two_frames_are_compared_pixel_by_pixel()
    {
        using var store = new PageStore();
        await using var page = await browser.OpenAsync("file://" + store.Report());
        await page.ChooseAsync(3);
        await page["#pin"].ClickAsync();
        await page.ChooseAsync(8);
        await page["#compare"].SelectOptionAsync("difference");
        await page.PointAtAsync(4, 2, 24, 16);

        var values = await page["#values td[data-pass=depth]"].EvaluateAllAsync<string[]>("cells => cells.map(cell => cell.dataset.value)");
        Assert.Equal([PageStore.At("depth", 3, 4, 2, 0), PageStore.At("depth", 8, 4, 2, 0)], values.Select(Parse));
        Assert.Empty(page.Wrong);
    }

    [Fact]
    public async Task It_filters_and_sorts_by_parameters_and_statistics()
    {
        using var store = new PageStore();
        await using var page = await browser.OpenAsync("file://" + store.Report());
        await page["#filter summary"].ClickAsync();
        await page.Page.GetByLabel("index, from").FillAsync("10");
        await page.Page.GetByLabel("paint", new() { Exact = true }).SelectOptionAsync(new SelectOptionValue { Label = "plain" });
        await page.UntilAsync("() => document.querySelector('#filtered').textContent === ': 19 of 48 frames'");
        await page["#sort"].SelectOptionAsync("combined R max");
        await page["#direction"].ClickAsync();
        await page.UntilAsync("() => document.querySelector('.cell[aria-posinset=\"1\"]')?.dataset.place === '46'");
        Assert.Empty(page.Wrong);
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task On_a_phone_nothing_is_wider_than_the_screen_and_text_can_be_read(ColorScheme theme)
    {
        using var store = new PageStore();
        await using var page = await browser.OpenAsync("file://" + store.Report(), 360, 740, theme);

        Assert.Equal("", await page.Page.EvaluateAsync<string>("""
            () => document.documentElement.scrollWidth <= innerWidth ? "" : [...document.querySelectorAll("body *")]
              .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".scroll, .sheet, pre")).map(e => `${e.tagName} ${e.id} ${e.className}`).join(", ")
            """));
        foreach (var name in new[] { "ink", "quiet", "accent", "good", "bad", "warn" })
        {
            Assert.True(await ContrastAsync(page, name, "paper") >= 4.5, $"{name} on paper in {theme}");
            Assert.True(await ContrastAsync(page, name, "panel") >= 4.5, $"{name} on panel in {theme}");
        }
    }

    private static Task<double> ContrastAsync(OpenPage page, string ink, string paper) => page.Page.EvaluateAsync<double>("""
        ([ink, paper]) => {
          const light = name => {
            const hex = getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
            const [r, g, b] = [1, 3, 5].map(i => parseInt(hex.slice(i, i + 2), 16) / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const [a, b] = [light(ink), light(paper)].sort((x, y) => y - x);
          return (a + 0.05) / (b + 0.05);
        }
        """, new[] { ink, paper });

    private static async Task<int[]> PixelAsync(OpenPage page, int place, int x, int y) => await page.Page.EvaluateAsync<int[]>(
        "([place, x, y]) => Array.from(document.querySelector(`#cell-${place} canvas`).getContext('2d').getImageData(x, y, 1, 1).data.slice(0, 3))", new[] { place, x, y });

    // By way of float16, which is what a thumbnail has.
    private static int[] Expected(long frame, int x, int y, int stops)
    {
        var rgb = new byte[3];
        Shown.Colour([.. Enumerable.Range(0, 3).Select(channel => (float)(Half)PageStore.At("combined", frame, x, y, channel) * MathF.Pow(2, stops))], ViewTransform.Standard, rgb);
        return [.. rgb.Select(value => (int)value)];
    }

    private static List<(string Pass, string Channel, string Text, string Bits)> NumPy(string shard, int index, int x, int y)
    {
        using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3", [Path.Combine(AppContext.BaseDirectory, "pixels.py"), shard, $"{index}", $"{x}", $"{y}"]) { RedirectStandardOutput = true })!;
        var lines = python.StandardOutput.ReadToEnd();
        python.WaitForExit();
        return [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).Select(words => (words[0], words[1], words[2], words[3]))];
    }

    private static float Parse(string shown) => shown switch
    {
        "nan" => float.NaN,
        "inf" => float.PositiveInfinity,
        "-inf" => float.NegativeInfinity,
        _ => float.Parse(shown, CultureInfo.InvariantCulture),
    };
}
