using System.Net;
using Rayshard.Sharing.Targets;

namespace Rayshard.Sharing.Tests.Targets;

/// <summary>Debian's nginx, and servers that do all they should not.</summary>
public sealed class HttpsTargetTests : IDisposable
{
    private readonly Workshop _shop = new();

    [Fact]
    public async Task From_nginx_a_bundle_comes_byte_for_byte_and_what_is_there_does_not_travel_again()
    {
        var bundle = _shop.Bundle();
        using var nginx = Peer.WebServer(bundle.Folder, _shop["nginx"]);

        var (pulled, moved) = await PullAsync($"http://{nginx.Host}/");

        Assert.Equal("", Workshop.Run("/", "diff", "--recursive", bundle.Folder, pulled.Folder));
        Assert.Equal(bundle.Head.Files.Sum(file => file.Bytes), moved);
        Assert.Equal(0, (await PullAsync($"http://{nginx.Host}")).Moved);
    }

    [Fact]
    public async Task Of_a_selection_the_ranges_travel_that_hold_it_and_what_came_before_an_interruption_does_not_again()
    {
        // 18 frames of two passes, 640 and 480 KB.
        using var shop = new Workshop(side: 200);
        var bundle = shop.Bundle();
        using var nginx = Peer.WebServer(bundle.Folder, shop["nginx"]);
        var selection = new FrameSelection { Frames = "1,6", Passes = "rgb" };
        using var target = SharingTarget.Open($"http://{nginx.Host}", "bundle", shop["state"]);
        using var interruption = new CancellationTokenSource();
        var before = 0L;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => BundleTransfer.PullAsync(target, "it", selection, shop["pulled"], new Told(value =>
        {
            // Both shards have given something.
            before = value.Moved;
            if (value.Moved > 500_000)
            {
                interruption.Cancel();
            }
        }), interruption.Token));
        var (pulled, moved) = await BundleTransfer.PullAsync(target, "it", selection, shop["pulled"], null, CancellationToken.None);

        Assert.Equal(shop.Bundle("selected", selection).Head.Digest, pulled.Head.Digest);
        Assert.InRange(before, 500_000, 2 * 640_000);
        Assert.InRange(moved, 1, 2 * 640_000);
        Assert.True(bundle.Head.Manifest.Bytes > 18_000_000, $"{bundle.Head.Manifest.Bytes}");
    }

    [Theory]
    [InlineData(Misbehaviour.FlipsABit)]
    [InlineData(Misbehaviour.SendsTooMuch)]
    [InlineData(Misbehaviour.RefusesShards)]
    public async Task Of_a_selection_too_every_byte_is_checked(Misbehaviour misbehaviour)
    {
        var bundle = _shop.Bundle();
        using var server = new UnrulyServer(bundle.Folder, misbehaviour);
        using var target = SharingTarget.Open(server.Address, "bundle", _shop["state"]);

        var refused = await Assert.ThrowsAsync<RayshardException>(() => BundleTransfer.PullAsync(target, "it", new() { Frames = "0-16" }, _shop["pulled"], null, CancellationToken.None));

        Assert.Equal(misbehaviour == Misbehaviour.RefusesShards ? ExitCode.NotFound : ExitCode.NotSo, refused.ExitCode);
        Assert.False(File.Exists(_shop["pulled/manifest.json"]));
    }

    [Fact]
    public void Rayshard_py_reads_frames_over_http_ranges()
    {
        var bundle = _shop.Bundle();
        using var nginx = Peer.WebServer(bundle.Folder, _shop["nginx"]);

        var script = Path.Combine(AppContext.BaseDirectory, "interop", "read_http.py");

        Assert.Equal("18 frames, the same as those of the folder", Workshop.Run("/", "/usr/bin/python3", script, bundle.Folder, $"http://{nginx.Host}/"));
    }

    [Theory]
    [InlineData(Misbehaviour.CutsEveryBody)]
    [InlineData(Misbehaviour.IgnoresRanges)]
    [InlineData(Misbehaviour.IsBusyFirst)]
    [InlineData(Misbehaviour.ClosesWithoutAnAnswer)]
    public async Task A_server_in_trouble_is_borne_with(Misbehaviour misbehaviour)
    {
        var bundle = _shop.Bundle();
        using var server = new UnrulyServer(bundle.Folder, misbehaviour);

        var (pulled, _) = await PullAsync(server.Address);

        Assert.Equal("", Workshop.Run("/", "diff", "--recursive", bundle.Folder, pulled.Folder));
    }

    [Theory]
    [InlineData(Misbehaviour.FlipsABit, ExitCode.NotSo)]
    [InlineData(Misbehaviour.SendsTooMuch, ExitCode.NotSo)]
    [InlineData(Misbehaviour.SendsAnotherRange, ExitCode.Failed)]
    [InlineData(Misbehaviour.EndlessManifest, ExitCode.NotSo)]
    [InlineData(Misbehaviour.RedirectsForEver, ExitCode.Failed)]
    [InlineData(Misbehaviour.RefusesShards, ExitCode.NotFound)]
    public async Task A_server_that_lies_gets_nothing_published(Misbehaviour misbehaviour, ExitCode code)
    {
        var bundle = _shop.Bundle();
        using var server = new UnrulyServer(bundle.Folder, misbehaviour);

        var refused = await Assert.ThrowsAsync<RayshardException>(() => PullAsync(server.Address));

        Assert.Equal(code, refused.ExitCode);
        Assert.DoesNotContain('\n', refused.Message);
        Assert.False(File.Exists(_shop["pulled/manifest.json"]));
    }

    [Fact]
    public async Task Where_there_is_no_bundle_it_is_not_found()
    {
        Directory.CreateDirectory(_shop["empty"]);
        using var server = new UnrulyServer(_shop["empty"], Misbehaviour.None);

        Assert.Equal(ExitCode.NotFound, (await Assert.ThrowsAsync<RayshardException>(() => PullAsync(server.Address))).ExitCode);
        Assert.False(Directory.Exists(_shop["pulled"]));
    }

    [Fact]
    public async Task A_manifest_that_names_a_path_out_of_the_folder_writes_nothing()
    {
        var bundle = _shop.Bundle();
        var file = bundle.Head.Manifest.Files[0] with { Name = "../escaped" };
        File.Delete(Path.Combine(bundle.Folder, "manifest.json"));
        File.WriteAllBytes(Path.Combine(bundle.Folder, "manifest.json"), (bundle.Head.Manifest with { Files = [file] }).ToBytes());
        using var server = new UnrulyServer(bundle.Folder, Misbehaviour.None);

        var refused = await Assert.ThrowsAsync<RayshardException>(() => PullAsync(server.Address));

        Assert.Equal(ExitCode.NotSo, refused.ExitCode);
        Assert.False(File.Exists(_shop["escaped"]));
        Assert.False(Directory.Exists(_shop["pulled"]));
    }

    public void Dispose() => _shop.Dispose();

    private sealed class Told(Action<TransferProgress> tell) : IProgress<TransferProgress>
    {
        public void Report(TransferProgress value) => tell(value);
    }

    private async Task<(Bundle Bundle, long Moved)> PullAsync(string address)
    {
        using var target = SharingTarget.Open(address, "bundle", _shop["state"]);
        return await BundleTransfer.PullAsync(target, address, _shop["pulled"], null, CancellationToken.None);
    }
}
