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
            .Select(entry => JObject.Parse(File.ReadAllText(Shop[$"layout/blobs/sha256/{entry.Value<string>("digest")!["sha256:".Length..]}"]))).ToList();
        Assert.Equal(2, listed.Count);
        Assert.Single(listed, manifest => (string)manifest["subject"]!["digest"]! == $"sha256:{Digest.Of(artifact)}");
    }

    [Fact]
    public void Without_a_tag_it_is_no_reference() =>
        Assert.Equal(ExitCode.AskedWrongly, Assert.Throws<RayshardException>(() => SharingTarget.Open("oci:/somewhere", "to", Shop["state"])).ExitCode);

    protected override ISharingTarget Open() => SharingTarget.Open($"oci:{Shop["layout"]}:v1", "to", Shop["state"]);
}
