using Rayshard.Sharing.Targets;

namespace Rayshard.Sharing.Tests.Targets;

/// <summary>What every target that can be pushed to keeps.</summary>
public abstract class SharingTargetContract : IDisposable
{
    private readonly Workshop _shop = new();

    private protected Workshop Shop => _shop;

    [Fact]
    public async Task What_is_pushed_is_pulled_byte_for_byte()
    {
        var bundle = _shop.Bundle();

        var sent = await PushAsync(bundle);
        var (pulled, fetched) = await PullAsync("pulled");

        Assert.Equal(bundle.Head.Digest, pulled.Head.Digest);
        Assert.Equal("", Workshop.Run("/", "diff", "--recursive", bundle.Folder, pulled.Folder));
        Assert.Empty(BundleVerifier.Faults(pulled, CancellationToken.None));
        Assert.Equal(bundle.Head.Files.Sum(file => file.Bytes), sent);
        Assert.Equal(sent, fetched);
    }

    [Fact]
    public async Task What_is_there_does_not_travel_again()
    {
        var bundle = _shop.Bundle();
        await PushAsync(bundle);
        await PullAsync("pulled");

        Assert.Equal(0, await PushAsync(bundle));
        Assert.Equal(0, (await PullAsync("pulled")).Moved);
    }

    [Fact]
    public async Task Of_an_experiment_that_grew_the_new_shards_travel_and_no_old_one()
    {
        // The same experiment with more of its frames rendered: two shards now, five later.
        var few = _shop.Bundle("few", new() { Frames = "0-7" });
        await PushAsync(few);
        await PullAsync("pulled");
        var all = _shop.Bundle("all");
        var kept = few.Head.Manifest.Shards.Sum(file => file.Bytes);

        var sent = await PushAsync(all);
        var (pulled, fetched) = await PullAsync("pulled");

        Assert.InRange(sent, 1, all.Head.Files.Sum(file => file.Bytes) - kept);
        Assert.Equal(sent, fetched);
        Assert.Equal("", Workshop.Run("/", "diff", "--recursive", all.Folder, pulled.Folder));
    }

    [Fact]
    public async Task Before_all_is_there_nothing_is_published()
    {
        var bundle = _shop.Bundle();
        var last = bundle.Head.Files.Last();
        var path = bundle.PathOf(last);
        File.Delete(path);

        var refused = await Assert.ThrowsAsync<RayshardException>(() => PushAsync(bundle));

        Assert.Equal(ExitCode.NotSo, refused.ExitCode);
        using var target = Open();
        Assert.Null(await target.ReadHeadAsync(CancellationToken.None));
    }

    [Theory]
    [InlineData("2-5,17", null, null)]
    [InlineData(null, "rgb", null)]
    [InlineData("0-16", "combined", "light > 200 and colour_0 == 1")]
    public async Task A_pull_of_a_selection_is_the_bundle_of_that_selection_and_no_more_travels(string? frames, string? passes, string? where)
    {
        await PushAsync(_shop.Bundle());
        var selection = new FrameSelection { Frames = frames, Passes = passes, Where = where };
        var expected = _shop.Bundle("selected", selection);

        using var target = Open();
        var (pulled, moved) = await BundleTransfer.PullAsync(target, "it", selection, _shop["pulled"], null, CancellationToken.None);

        Assert.Equal(expected.Head.Digest, pulled.Head.Digest);
        Assert.Equal("", Workshop.Run("/", "diff", "--recursive", expected.Folder, pulled.Folder));
        Assert.Empty(BundleVerifier.Faults(pulled, CancellationToken.None));
        Assert.True(moved > 0);
    }

    [Fact]
    public async Task Of_a_selection_no_more_than_its_byte_ranges_travel()
    {
        // Frames so large that what is left out between two ranges is not fetched along.
        using var shop = new Workshop(side: 100);
        var bundle = shop.Bundle();
        await PushAsync(bundle);

        using var target = Open();
        var (pulled, moved) = await BundleTransfer.PullAsync(target, "it", new FrameSelection { Frames = "2,5", Passes = "rgb" }, shop["pulled"], null, CancellationToken.None);

        Assert.Empty(BundleVerifier.Faults(pulled, CancellationToken.None));
        var chosen = 2L * sizeof(float) * 3 * 100 * 101;
        var beside = bundle.Head.Files.Where(file => !file.Name.EndsWith(".tar", StringComparison.Ordinal)).Sum(file => file.Bytes);
        Assert.InRange(moved, chosen, chosen + beside + (64 << 10));
    }

    [Fact]
    public async Task Interrupted_at_any_moment_both_ways_go_on()
    {
        var bundle = _shop.Bundle();
        for (var moments = 1; ; moments += 3)
        {
            using var interruption = new CancellationTokenSource();
            var left = moments;
            try
            {
                await PushAsync(bundle, new Countdown(() => Interlocked.Decrement(ref left) == 0, interruption), interruption.Token);
                break;
            }
            catch (OperationCanceledException)
            {
            }
        }

        for (var moments = 1; ; moments += 3)
        {
            using var interruption = new CancellationTokenSource();
            var left = moments;
            try
            {
                await PullAsync("pulled", new Countdown(() => Interlocked.Decrement(ref left) == 0, interruption), interruption.Token);
                break;
            }
            catch (OperationCanceledException)
            {
                Assert.False(File.Exists(Path.Combine(_shop["pulled"], "manifest.json")));
            }
        }

        Assert.Equal("", Workshop.Run("/", "diff", "--recursive", bundle.Folder, _shop["pulled"]));
    }

    public virtual void Dispose()
    {
        _shop.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Opens the target; the same place each time.</summary>
    protected abstract ISharingTarget Open();

    private protected async Task<long> PushAsync(Bundle bundle, IProgress<TransferProgress>? progress = null, CancellationToken cancellation = default)
    {
        using var target = Open();
        return await BundleTransfer.PushAsync(bundle, target, progress, cancellation);
    }

    private protected async Task<(Bundle Bundle, long Moved)> PullAsync(string name, IProgress<TransferProgress>? progress = null, CancellationToken cancellation = default)
    {
        using var target = Open();
        return await BundleTransfer.PullAsync(target, "it", _shop[name], progress, cancellation);
    }

    private sealed class Countdown(Func<bool> isOver, CancellationTokenSource interruption) : IProgress<TransferProgress>
    {
        public void Report(TransferProgress value)
        {
            if (isOver())
            {
                interruption.Cancel();
            }
        }
    }
}
