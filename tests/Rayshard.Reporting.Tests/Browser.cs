using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Rayshard.Reporting.Tests.Browser))]

// One browser for all, and a real render beside it: side by side they would wait for each other on two cores.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace Rayshard.Reporting.Tests;

/// <summary>Debian's Chromium, driven by Playwright. A machine without it skips, loudly; in CI it fails.</summary>
public sealed class Browser : IAsyncLifetime
{
    private const string Chromium = "/usr/bin/chromium";

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.CloseAsync();
        }

        _playwright?.Dispose();
    }

    /// <summary>Opens a page and waits until its data is there. What goes wrong in it, and whom it asks, is written down.</summary>
    internal async Task<OpenPage> OpenAsync(string address, int width = 1280, int height = 900, ColorScheme theme = ColorScheme.Light, bool touch = false)
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("CI") is "true" or "1" || File.Exists(Chromium),
            "this machine has no Chromium: run ./build.sh --target=Test, which installs it");
        _playwright ??= await Playwright.CreateAsync();
        _browser ??= await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Chromium,
            Headless = true,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
        var page = await _browser.NewPageAsync(new() { ViewportSize = new() { Width = width, Height = height }, ColorScheme = theme, HasTouch = touch });
        var open = new OpenPage(page);
        await page.GotoAsync(address);
        await page.Locator("html[data-loaded]").WaitForAsync(new() { State = WaitForSelectorState.Attached, Timeout = 60_000 });
        return open;
    }
}

/// <summary>A page in the browser.</summary>
internal sealed class OpenPage : IAsyncDisposable
{
    private readonly List<string> _wrong = [];
    private readonly List<string> _asked = [];

    public OpenPage(IPage page)
    {
        Page = page;
        page.Console += (_, message) => _wrong.Add($"{message.Type}: {message.Text}");
        page.PageError += (_, error) => _wrong.Add(error);
        page.Request += (_, request) => _asked.Add(request.Url);
    }

    public IPage Page { get; }

    /// <summary>What the console heard, and errors that nobody caught.</summary>
    public IReadOnlyList<string> Wrong => _wrong;

    /// <summary>Every address that was asked for.</summary>
    public IReadOnlyList<string> Asked => _asked;

    public ILocator this[string selector] => Page.Locator(selector);

    /// <summary>Those of a selector that have a text in them.</summary>
    public ILocator this[string selector, string text] => Page.Locator(selector, new() { HasTextString = text });

    public async ValueTask DisposeAsync() => await Page.CloseAsync();

    /// <summary>Waits until a script says yes; 30 s at most.</summary>
    public Task UntilAsync(string script) => Page.WaitForFunctionAsync(script, null, new() { Timeout = 30_000 });

    /// <summary>Waits until what was changed is drawn: the page orders in one animation frame and draws in the next.</summary>
    public Task DrawnAsync() => Page.EvaluateAsync("async () => { for (let frame = 0; frame < 4; frame++) await new Promise(requestAnimationFrame); }");

    /// <summary>Moves the pointer to a pixel of the frame in the viewer, which shows it whole.</summary>
    public async Task PointAtAsync(int x, int y, int width, int height)
    {
        await this["#pixels"].ScrollIntoViewIfNeededAsync();
        var box = (await this["#pixels"].BoundingBoxAsync())!;
        var (inside, border) = ((Width: box.Width - 2, Height: box.Height - 2), 1);
        var scale = Math.Min(inside.Width / width, inside.Height / height);
        await Page.Mouse.MoveAsync(
            (float)(box.X + border + ((inside.Width - (width * scale)) / 2) + ((x + 0.5) * scale)),
            (float)(box.Y + border + ((inside.Height - (height * scale)) / 2) + ((y + 0.5) * scale)));
        await UntilAsync($"() => document.querySelector('#where').textContent.startsWith('x {x}, y {y} ')");
    }

    /// <summary>Chooses a frame by its cell.</summary>
    public async Task ChooseAsync(int place)
    {
        await this[$"#cell-{place}"].ClickAsync();
        await UntilAsync($"() => document.querySelector('#pixels').dataset.drawn?.startsWith('{place} ')");
    }
}
