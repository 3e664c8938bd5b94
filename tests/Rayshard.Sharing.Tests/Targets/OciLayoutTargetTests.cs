using System.Text;
using Newtonsoft.Json.Linq;
using Rayshard.Sharing.Targets;

namespace Rayshard.Sharing.Tests.Targets;

/// <summary>An OCI layout in a folder, with skopeo as the other one that reads and writes it.</summary>
public sealed class OciLayoutTargetTests : SharingTargetContract
{
    [Fact]
    public async Task Skopeo_reads_it_and_what_skopeo_wrote_is_pulled_by_us()
    {
        var skopeo = Peer.Need("skopeo");
        var bundle = Shop.Bundle();
        await PushAsync(bundle);

        Workshop.Run("/", skopeo, "copy", "--insecure-policy", $"oci:{Shop["layout"]}:v1", $"oci:{Shop["theirs"]}:v2");
        using var theirs = SharingTarget.Open($"oci:{Shop["theirs"]}:v2", "bundle", Shop["state"]);
        var (pulled, _) = await BundleTransfer.PullAsync(theirs, "it", Shop["pulled"], null, CancellationToken.None);

        Assert.Equal("", Workshop.Run("/", "diff", "--recursive", bundle.Folder, pulled.Folder));
    }

    [Fact]
    public async Task Other_tags_stay_and_the_provenance_refers_to_the_bundle()
    {
        var first = Shop.Bundle("first", new() { Frames = "0-3" });
        await PushAsync(first);
        using (var other = SharingTarget.Open($"oci:{Shop["layout"]}:v2", "to", Shop["state"]))
        {
            await BundleTransfer.PushAsync(Shop.Bundle("second"), other, null, CancellationToken.None);
        }

        using var again = Open();
        Assert.Equal(first.Head.Digest, (await again.ReadHeadAsync(CancellationToken.None))!.Digest);
        var artifact = OciArtifact.Of(first.Head);
        var listed = JObject.Parse(File.ReadAllText(Shop["layout/index.json"]))["manifests"]!.Where(entry => entry.Value<string>("artifactType") == "application/vnd.in-toto+json")
            .Select(entry => JObject.Parse(Encoding.UTF8.GetString(Blob(entry)))).ToList();
        Assert.Equal(2, listed.Count);
        Assert.Single(listed, manifest => (string)manifest["subject"]!["digest"]! == $"sha256:{Digest.Of(artifact)}");
    }

    [Fact]
    public async Task The_preview_refers_to_the_bundle_and_comes_with_it_whether_or_not_the_layout_lists_it()
    {
        File.WriteAllBytes(Shop["sheet.png"], [0x89, (byte)'P', (byte)'N', (byte)'G']);
        var bundle = await new Bundler(Shop.Request with { PreviewFile = Shop["sheet.png"] }).WriteAsync(Shop["bundle"], CancellationToken.None);
        await PushAsync(bundle);
        await PushAsync(bundle);

        var index = JObject.Parse(File.ReadAllText(Shop["layout/index.json"]));
        var listed = index["manifests"]!.ToList();
        var referrer = JObject.Parse(Encoding.UTF8.GetString(Blob(listed.Single(entry => (string?)entry["artifactType"] == "image/png"))));
        Assert.Equal(3, listed.Count);
        Assert.Equal($"sha256:{Digest.Of(OciArtifact.Of(bundle.Head))}", (string?)referrer["subject"]!["digest"]);
        Assert.Equal(File.ReadAllBytes(Shop["sheet.png"]), Blob(referrer["layers"]!.Single()));

        // As a copy of the tag alone has it.
        index["manifests"] = new JArray(listed.Where(entry => entry["annotations"] is not null));
        File.WriteAllText(Shop["layout/index.json"], index.ToString());
        var (pulled, _) = await PullAsync("pulled");
        Assert.Equal("", Workshop.Run("/", "diff", "--recursive", bundle.Folder, pulled.Folder));
        Assert.True(File.Exists(Path.Combine(pulled.Folder, BundleNames.Preview)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_push_that_was_cut_goes_on_where_it_stopped_and_starts_anew_where_that_was_torn(bool isTorn)
    {
        var bundle = Shop.Bundle();
        var shard = bundle.Head.Files.MaxBy(file => file.Bytes)!;
        var (path, half) = (Path.Combine(bundle.Folder, shard.Name), (int)(shard.Bytes / 2));
        var kept = File.ReadAllBytes(path)[..half];
        kept[0] ^= isTorn ? (byte)1 : (byte)0;
        Directory.CreateDirectory(Shop["layout/blobs/sha256"]);
        File.WriteAllBytes(Shop[$"layout/blobs/sha256/{shard.Sha256}.{Digest.Of(shard.Name)}"], kept);

        var moved = await PushAsync(bundle);

        Assert.Equal(bundle.Head.Files.Sum(file => file.Bytes) - (isTorn ? 0 : half) + (isTorn ? shard.Bytes - half : 0), moved);
        Assert.Equal(shard.Sha256, Digest.OfFile(Shop[$"layout/blobs/sha256/{shard.Sha256}"]));
        Assert.DoesNotContain(Directory.GetFiles(Shop["layout/blobs/sha256"]), file => Path.GetFileName(file).Contains('.'));
    }

    [Fact]
    public void Without_a_tag_it_is_no_reference() =>
        Assert.Equal(ExitCode.AskedWrongly, Assert.Throws<RayshardException>(() => SharingTarget.Open("oci:/somewhere", "to", Shop["state"])).ExitCode);

    private byte[] Blob(JToken descriptor) => File.ReadAllBytes(Shop[$"layout/blobs/sha256/{((string)descriptor["digest"]!)["sha256:".Length..]}"]);

    protected override ISharingTarget Open() => SharingTarget.Open($"oci:{Shop["layout"]}:v1", "to", Shop["state"]);
}
