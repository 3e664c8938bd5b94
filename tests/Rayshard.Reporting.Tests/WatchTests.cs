using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Rayshard.Execution;

namespace Rayshard.Reporting.Tests;

/// <summary>The live page beside a real render, and whom it answers.</summary>
public sealed class WatchTests(Browser browser)
{
    [Fact]
    public async Task Frames_appear_while_Blender_renders_and_their_values_are_the_stored_ones()
    {
        RealRender.NeedsBlender();
        using var render = new RealRender(frames: 60);
        using var shelf = FrameShelf.Open(render.Store, render.Resolved.Experiment);
        await using var serving = new Serving(shelf, render.Runs);
        await using var page = await browser.OpenAsync(serving.Address);
        Assert.Equal(0, await page[".cell"].CountAsync());
        Assert.Contains("no run has begun", await page["#rate"].TextContentAsync(new() { Timeout = 10_000 }), StringComparison.Ordinal);

        // The render stops and waits at frame 20 until the page has shown what there is: that is "while it runs", whatever the machine's speed.
        var rendering = render.RunAsync(stopAt: 20, until: page.UntilAsync("() => document.querySelectorAll('.cell:not([hidden])').length >= 10"));
        await page.UntilAsync("() => /^\\d+ of 60 frames/.test(document.querySelector('#rate').textContent) && document.querySelector('#workers').textContent.includes('Worker 1')");
        await rendering;
        await page.UntilAsync("() => document.querySelector('#rate').textContent.includes('the run has ended (done)')");
        await page.UntilAsync("() => document.querySelector('#status').textContent.includes('60 of 60')");

        // What the store holds is told before the page has read it.
        await page.UntilAsync("() => document.querySelector('.cell').ariaSetSize === '60'");

        await page["#sheet"].FocusAsync();
        await page.Page.Keyboard.PressAsync("End");
        await page.UntilAsync("() => document.querySelector('#pixels').dataset.drawn === '59 combined'");
        await page.PointAtAsync(16, 12, 32, 24);
        Assert.Equal(render.Pixel(59, 16, 12), await page["#values td"].EvaluateAllAsync<string[]>("cells => cells.map(cell => cell.dataset.value)").ContinueWith(shown => shown.Result.Select(text => BitConverter.SingleToUInt32Bits(float.Parse(text, System.Globalization.CultureInfo.InvariantCulture)))));
        Assert.Empty(page.Wrong);
        Assert.All(page.Asked, address => Assert.StartsWith(serving.Address, address, StringComparison.Ordinal));
    }

    [Fact]
    public async Task It_listens_on_the_loopback_and_nowhere_else()
    {
        using var store = new PageStore(frames: 4);
        using var shelf = store.OpenShelf();
        await using var serving = new Serving(shelf, store.Runs);

        var ends = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Where(end => end.Port == serving.Port);
        Assert.Equal([IPAddress.Loopback], ends.Select(end => end.Address));
    }

    [Theory]
    [InlineData("GET", "state", "Host", "rebound.example", 404)]
    [InlineData("GET", "state", "Host", "localhost", 404)]
    [InlineData("GET", "state", "Host", "127.0.0.1:9", 421)]
    [InlineData("GET", "state", "Sec-Fetch-Site", "cross-site", 403)]
    [InlineData("GET", "state", "Sec-Fetch-Site", "same-site", 403)]
    [InlineData("GET", "pixels?place=0&pass=0", "Origin", "http://evil.example", 403)]
    [InlineData("POST", "state", "X-Any", "1", 405)]
    [InlineData("GET", "../../etc/passwd", "X-Any", "1", 404)]
    [InlineData("GET", "pixels?place=-1&pass=0", "X-Any", "1", 404)]
    [InlineData("GET", "pixels?place=99999999999&pass=0", "X-Any", "1", 404)]
    [InlineData("GET", "pixels?place=0&pass=0", "X-Any", "1", 200)]
    [InlineData("GET", "frames?after=-7", "X-Any", "1", 200)]
    public async Task It_answers_its_own_page_and_no_other(string method, string path, string header, string value, int status)
    {
        using var store = new PageStore(frames: 4);
        using var shelf = store.OpenShelf();
        await using var serving = new Serving(shelf, store.Runs);
        var port = header == "Host" && !value.Contains(':', StringComparison.Ordinal) ? $":{serving.Port}" : "";

        Assert.Equal(status, await StatusAsync(serving.Port, $"{method} /{path} HTTP/1.1\r\n{(header == "Host" ? "" : $"Host: 127.0.0.1:{serving.Port}\r\n")}{header}: {value}{port}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
    }

    [Fact]
    public async Task No_answer_allows_another_origin_to_read_it()
    {
        using var store = new PageStore(frames: 4);
        using var shelf = store.OpenShelf();
        await using var serving = new Serving(shelf, store.Runs);
        using var client = new HttpClient();
        foreach (var path in new[] { "", "state", "frames?after=0", "pixels?place=0&pass=0" })
        {
            using var answer = await client.GetAsync(serving.Address + path);
            Assert.DoesNotContain(answer.Headers, header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
            Assert.Equal("same-origin", answer.Headers.GetValues("Cross-Origin-Resource-Policy").Single());
        }
    }

    [Fact]
    public async Task A_port_that_is_taken_is_an_error_that_says_so()
    {
        using var store = new PageStore(frames: 2);
        using var shelf = store.OpenShelf();
        await using var serving = new Serving(shelf, store.Runs);

        var thrown = await Assert.ThrowsAsync<RayshardException>(() => new Watch(shelf, store.Runs, serving.Port, TimeProvider.System).ServeAsync(() => { }, default));
        Assert.Equal(ExitCode.Busy, thrown.ExitCode);
        Assert.StartsWith($"--port={serving.Port}: ", thrown.Message, StringComparison.Ordinal);
    }

    private static async Task<int> StatusAsync(int port, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        await client.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(client.GetStream());
        return int.Parse((await reader.ReadLineAsync())!.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }
}
