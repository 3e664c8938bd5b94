using Newtonsoft.Json.Linq;
using Rayshard.Sharing.Targets;

namespace Rayshard.Sharing.Tests.Targets;

/// <summary>Debian's docker-registry, and skopeo as the other client.</summary>
public sealed class OciTargetTests : SharingTargetContract
{
    private readonly Peer _registry;

    public OciTargetTests() => _registry = Peer.Registry(Shop["registry"]);

    [Fact]
    public async Task What_skopeo_copied_away_and_back_is_pulled_the_same_by_us()
    {
        var skopeo = Peer.Need("skopeo");
        var bundle = Shop.Bundle();
        await PushAsync(bundle);

        Workshop.Run("/", skopeo, "copy", "--insecure-policy", "--src-tls-verify=false", $"docker://{_registry.Host}/ada/synthetic:v1", $"oci:{Shop["layout"]}:v1");
        Workshop.Run("/", skopeo, "copy", "--insecure-policy", "--dest-tls-verify=false", $"oci:{Shop["layout"]}:v1", $"docker://{_registry.Host}/copy/of:v2");
        using var copy = SharingTarget.Open($"oci:{_registry.Host}/copy/of:v2", "bundle", Shop["state"]);
        var (pulled, _) = await BundleTransfer.PullAsync(copy, "it", Shop["pulled"], null, CancellationToken.None);

        Assert.Equal(bundle.Head.Digest, pulled.Head.Digest);
        Assert.Equal("", Workshop.Run("/", "diff", "--recursive", bundle.Folder, pulled.Folder));
        Assert.Contains("application/vnd.rayshard.bundle.v1", Workshop.Run("/", skopeo, "inspect", "--raw", "--tls-verify=false", $"docker://{_registry.Host}/copy/of:v2"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_provenance_and_the_preview_refer_to_the_bundle_by_the_tag_of_referrers()
    {
        var skopeo = Peer.Need("skopeo");
        File.WriteAllBytes(Shop["sheet.png"], [0x89, (byte)'P', (byte)'N', (byte)'G']);
        var bundle = await new Bundler(Shop.Request with { PreviewFile = Shop["sheet.png"] }).WriteAsync(Shop["bundle"], CancellationToken.None);
        await PushAsync(bundle);
        await PushAsync(bundle);
        var subject = $"sha256:{Digest.Of(OciArtifact.Of(bundle.Head))}";

        string Raw(string tag) => Workshop.Run("/", skopeo, "inspect", "--raw", "--tls-verify=false", $"docker://{_registry.Host}/ada/synthetic{tag}");
        var listed = JObject.Parse(Raw($":{subject.Replace(':', '-')}"))["manifests"]!;
        var referrers = listed.Select(entry => JObject.Parse(Raw($"@{entry.Value<string>("digest")}"))).ToList();

        Assert.Equal(["application/vnd.in-toto+json", "image/png"], listed.Select(entry => (string)entry["artifactType"]!));
        Assert.All(referrers, referrer => Assert.Equal(subject, (string)referrer["subject"]!["digest"]!));
        Assert.Equal(
            new[] { "provenance.intoto.json", "preview.png" }.Select(file => $"sha256:{Digest.OfFile(Path.Combine(bundle.Folder, "evidence", file))}"),
            referrers.Select(referrer => (string)referrer["layers"]![0]!["digest"]!));
    }

    [Fact]
    public async Task A_digest_pins_the_artifact_whatever_becomes_of_the_tag()
    {
        var first = Shop.Bundle("first", new() { Frames = "0-3" });
        await PushAsync(first);
        var digest = Digest.Of(OciArtifact.Of(first.Head));
        await PushAsync(Shop.Bundle("second"));

        using var pinned = SharingTarget.Open($"oci:{_registry.Host}/ada/synthetic@sha256:{digest}", "bundle", Shop["state"]);

        Assert.Equal(first.Head.Digest, (await pinned.ReadHeadAsync(CancellationToken.None))!.Digest);
    }

    [Fact]
    public async Task An_upload_that_was_interrupted_goes_on_where_the_registry_has_it_also_after_its_restart()
    {
        // Several chunks.
        using var large = new Workshop(lights: 1, side: 1100, framesPerShard: 1);
        var bundle = large.Bundle();
        var shard = bundle.Head.Files.First();
        Assert.True(shard.Bytes > 2 * Departure.ChunkBytes, $"{shard.Bytes}");
        using var interruption = new CancellationTokenSource();
        using (var target = Open())
        {
            var step = new Steps(_ => interruption.Cancel());
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => target.WriteAsync(shard, bundle.PathOf(shard), step, interruption.Token));
            Assert.Equal(Departure.ChunkBytes, step.Travelled);
        }

        _registry.Dispose();
        using var again = Peer.Registry(Shop["registry"], _registry.Port);
        using (var target = Open())
        {
            var step = new Steps(_ => { });
            await target.WriteAsync(shard, bundle.PathOf(shard), step, CancellationToken.None);
            Assert.Equal(shard.Bytes - Departure.ChunkBytes, step.Travelled);
            Assert.True(await target.HasAsync(shard, CancellationToken.None));
        }

        Assert.Empty(Directory.GetFiles(Shop["state"]));
    }

    [Fact]
    public async Task With_a_password_it_works_and_without_one_it_says_what_to_do()
    {
        // "ada" and "s3cret", by htpasswd -Bbn.
        File.WriteAllText(Shop["users"], Users);
        using var closed = Peer.Registry(Shop["closed"], users: Shop["users"]);
        var bundle = Shop.Bundle();
        using var nobody = new OciTarget(OciReference.Parse($"oci:{closed.Host}/ada/synthetic:v1", "to"), Shop["state"], _ => null);
        using var ada = new OciTarget(OciReference.Parse($"oci:{closed.Host}/ada/synthetic:v1", "to"), Shop["state"], host => host == closed.Host ? Convert.ToBase64String("ada:s3cret"u8) : null);

        var refused = await Assert.ThrowsAsync<RayshardException>(() => BundleTransfer.PushAsync(bundle, nobody, null, CancellationToken.None));
        await BundleTransfer.PushAsync(bundle, ada, null, CancellationToken.None);

        Assert.Contains("401", refused.Message, StringComparison.Ordinal);
        Assert.Equal(bundle.Head.Digest, (await ada.ReadHeadAsync(CancellationToken.None))!.Digest);
    }

    [Theory]
    [InlineData("oci:host")]
    [InlineData("oci:host/Upper:v1")]
    [InlineData("oci:user:password@host/x:v1")]
    [InlineData("oci:host/../x:v1")]
    [InlineData("oci:host/x:v1@sha256:12")]
    [InlineData("ftp://host/x")]
    [InlineData("http://example.org/x")]
    [InlineData("https://ada:s3cret@example.org/x")]
    public void What_is_no_reference_is_refused_and_shows_no_password(string reference)
    {
        var refused = Assert.Throws<RayshardException>(() => SharingTarget.Open(reference, "bundle", Shop["state"]));

        Assert.Equal(ExitCode.AskedWrongly, refused.ExitCode);
        Assert.DoesNotContain("s3cret", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("password@", refused.Message, StringComparison.Ordinal);
    }

    public override void Dispose()
    {
        _registry.Dispose();
        base.Dispose();
    }

    protected override ISharingTarget Open() => SharingTarget.Open($"oci:{_registry.Host}/ada/synthetic:v1", "to", Shop["state"]);

    private const string Users = "ada:$2y$04$qz36rhc2RPMZ3nZET17Z5OxCf0OFi1XrTnloC1PeuyEhuI3kMWWBe\n";

    private sealed class Steps(Action<Arrived> then) : IProgress<Arrived>
    {
        public long Travelled { get; private set; }

        public void Report(Arrived value)
        {
            Travelled += value.HasTravelled ? value.Bytes : 0;
            if (value.HasTravelled)
            {
                then(value);
            }
        }
    }
}
