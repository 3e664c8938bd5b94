using Rayshard.Storage;

namespace Rayshard.Reporting.Tests;

/// <summary>The live page when the store goes wrong under it: it tells, goes on, and shows again what comes back.</summary>
public sealed class WatchFaultTests(Browser browser)
{
    private const string Faults = "() => document.querySelector('#faults').textContent";

    [Fact]
    public async Task A_half_written_frame_is_waited_for_and_a_damaged_one_is_told_until_it_is_mended()
    {
        using var store = new PageStore(frames: 6);
        var (bytes, starts) = Unsealed(store);
        var partial = store.Shard + ".partial";
        File.WriteAllBytes(partial, bytes[..(int)(starts[2] + 900)]);
        using var shelf = store.OpenShelf();
        await using var serving = new Serving(shelf, store.Runs);
        await using var page = await browser.OpenAsync(serving.Address);
        await HoldsAsync(page, 2, of: 6);
        Assert.Equal("", await page.Page.EvaluateAsync<string>(Faults));

        // The rest of the third comes, and a fourth that the disk has spoilt.
        var spoilt = bytes[(int)(starts[2] + 900)..(int)starts[4]];
        spoilt[^2000] ^= 1;
        using (var file = File.Open(partial, FileMode.Append, FileAccess.Write, FileShare.ReadWrite))
        {
            file.Write(spoilt);
        }

        await HoldsAsync(page, 3, of: 6);
        await page.UntilAsync($"() => document.querySelector('#faults').textContent.includes('page-000000.tar.partial, byte {starts[3]}: the frame that is there does not hold')");

        // A render that is started again cuts it off and goes on.
        File.WriteAllBytes(partial, bytes[..(int)starts[5]]);
        await HoldsAsync(page, 5, of: 6);
        await page.UntilAsync($"() => ({Faults})() === ''");
        Assert.Empty(page.Wrong);
    }

    [Fact]
    public async Task A_shard_that_is_cut_or_replaced_under_it_is_read_anew()
    {
        using var store = new PageStore(frames: 6);
        var sealedBytes = File.ReadAllBytes(store.Shard);
        var (bytes, starts) = Unsealed(store);
        var partial = store.Shard + ".partial";
        File.WriteAllBytes(partial, bytes[..(int)starts[4]]);
        using var shelf = store.OpenShelf();
        await using var serving = new Serving(shelf, store.Runs);
        await using var page = await browser.OpenAsync(serving.Address);
        await HoldsAsync(page, 4, of: 6);

        using (var file = File.Open(partial, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.SetLength(starts[1] + 700);
        }

        await HoldsAsync(page, 1, of: 6, cells: 4);

        // Another file of the same name, and longer at once: what was read of the first one is worth nothing.
        File.WriteAllBytes(partial + ".new", bytes[..(int)starts[5]]);
        File.Move(partial + ".new", partial, overwrite: true);
        await HoldsAsync(page, 5, of: 6);

        // Sealed, then cut: it is told, and told no longer when it is whole.
        File.WriteAllBytes(store.Shard, sealedBytes[..^700]);
        File.Delete(partial);
        await page.UntilAsync($"() => ({Faults})().includes('page-000000.tar')");
        File.WriteAllBytes(store.Shard, sealedBytes);
        await HoldsAsync(page, 6, of: 6);
        await page.UntilAsync($"() => ({Faults})() === ''");
        await page.ChooseAsync(5);
        await page.PointAtAsync(4, 2, 24, 16);
        Assert.Equal(PageStore.At("depth", 5, 4, 2, 0), await DepthAsync(page));
        Assert.Empty(page.Wrong);
    }

    [Fact]
    public async Task A_frame_of_a_sealed_shard_that_rots_is_named_and_the_others_are_shown()
    {
        using var store = new PageStore(frames: 6);
        var bytes = File.ReadAllBytes(store.Shard);
        bytes[4096] ^= 1;
        File.WriteAllBytes(store.Shard, bytes);
        using var shelf = store.OpenShelf();
        await using var serving = new Serving(shelf, store.Runs);
        await using var page = await browser.OpenAsync(serving.Address);

        await page.UntilAsync("() => document.querySelectorAll('.cell:not([hidden])').length === 5");
        await page.UntilAsync($"() => ({Faults})().includes('SHA-256')");
        Assert.Empty(page.Wrong);
    }

    [Fact]
    public async Task A_store_that_is_deleted_leaves_the_page_with_what_it_read_and_comes_back()
    {
        using var store = new PageStore(frames: 6);
        using var shelf = store.OpenShelf();
        await using var serving = new Serving(shelf, store.Runs);
        await using var page = await browser.OpenAsync(serving.Address);
        await HoldsAsync(page, 6, of: 6);

        Directory.Move(shelf.Folder, store.Folder + "-away");
        await page.UntilAsync($"() => ({Faults})().includes('it is not there any more')");
        Assert.Equal(6, await page[".cell:not([hidden])"].CountAsync());
        await page["#cell-4"].ClickAsync();
        await page.UntilAsync("() => document.querySelector('#source').textContent.startsWith('Not as stored: the float16 thumbnail')");

        Directory.Move(store.Folder + "-away", shelf.Folder);
        await page.UntilAsync($"() => ({Faults})() === ''");
        await page.ChooseAsync(3);
        await page.PointAtAsync(4, 2, 24, 16);
        Assert.Equal(PageStore.At("depth", 3, 4, 2, 0), await DepthAsync(page));
    }

    [Fact]
    public async Task A_page_whose_Watch_has_ended_says_so_and_shows_what_it_has()
    {
        using var store = new PageStore(frames: 6);
        using var shelf = store.OpenShelf();
        var serving = new Serving(shelf, store.Runs);
        await using var page = await browser.OpenAsync(serving.Address);
        await HoldsAsync(page, 6, of: 6);
        await serving.DisposeAsync();

        await page.UntilAsync("() => document.querySelector('#rate').textContent === 'no answer: Watch has ended'");
        await page["#cell-2"].ClickAsync();
        await page.UntilAsync("() => document.querySelector('#pixels').dataset.drawn === '2 combined' && document.querySelector('#frame-name').textContent === 'Frame 2'");

        // The browser itself says that nobody answers; the page's script has nothing to add.
        Assert.All(page.Wrong, wrong => Assert.Contains("ERR_CONNECTION_REFUSED", wrong, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("fetch(address + 'state').then(answer => answer.text())")]
    [InlineData("fetch(address + 'state', { mode: 'no-cors' }).then(answer => answer.text())")]
    [InlineData("new Promise(done => { const frame = document.createElement('iframe'); frame.onload = () => { try { done(frame.contentDocument?.body.textContent ?? ''); } catch { done(''); } }; frame.src = address; document.body.append(frame); })")]
    public async Task A_page_of_another_origin_reads_nothing(string attempt)
    {
        using var store = new PageStore(frames: 2);
        using var shelf = store.OpenShelf();
        await using var serving = new Serving(shelf, store.Runs);
        await using var page = await browser.OpenAsync(serving.Address);

        // The same script from the page's own origin reads it: what is refused below is refused for its origin alone.
        Assert.Contains("\"packets\":", await page.Page.EvaluateAsync<string>("address => fetch(address + 'state').then(answer => answer.text())", serving.Address), StringComparison.Ordinal);
        await page.Page.RouteAsync("http://elsewhere.example/", route => route.FulfillAsync(new() { ContentType = "text/html", Body = "<!DOCTYPE html><body>elsewhere</body>" }));
        await page.Page.GotoAsync("http://elsewhere.example/");
        var read = await page.Page.EvaluateAsync<string>($"address => {attempt}.catch(() => '')", serving.Address);
        Assert.Equal("", read);
    }

    // The bytes of a sealed shard without its end, and where its frames begin; the shard itself is gone then.
    private static (byte[] Bytes, List<long> Starts) Unsealed(PageStore store)
    {
        using var reader = ShardReader.Open(store.Shard);
        List<long> starts = [.. reader.Frames.Select(frame => frame.Offset)];
        var bytes = File.ReadAllBytes(store.Shard);
        File.Delete(store.Shard);
        return (bytes, starts);
    }

    private static async Task HoldsAsync(OpenPage page, int held, int of, int? cells = null)
    {
        await page.UntilAsync($"() => document.querySelector('#rate').textContent.startsWith('{held} of {of} frames')");
        await page.UntilAsync($"() => document.querySelectorAll('.cell:not([hidden])').length === {cells ?? held}");
    }

    private static async Task<float> DepthAsync(OpenPage page) =>
        float.Parse((await page["#values td[data-pass=depth]"].GetAttributeAsync("data-value"))!, System.Globalization.CultureInfo.InvariantCulture);
}
