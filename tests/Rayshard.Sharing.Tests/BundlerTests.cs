using Rayshard.Tests.Storage;

namespace Rayshard.Sharing.Tests;

public sealed class BundlerTests
{
    [Fact]
    public void Sha256sum_checks_every_file_of_a_bundle()
    {
        using var shop = new Workshop();
        var bundle = shop.Bundle();

        var lines = Workshop.Run(bundle.Folder, "sha256sum", "--check", "--strict", "SHA256SUMS").Split('\n');

        Assert.All(lines, line => Assert.EndsWith(": OK", line, StringComparison.Ordinal));
        Assert.Equal(Directory.GetFiles(bundle.Folder, "*", SearchOption.AllDirectories).Length - 1, lines.Length);
        Assert.Empty(BundleVerifier.Faults(bundle, CancellationToken.None));
    }

    [Fact]
    public void The_digest_hangs_on_the_frames_alone()
    {
        using var here = new Workshop();
        using var there = new Workshop();
        Directory.CreateDirectory(Path.Combine(there.Stored.Folder, "fingerprints"));
        File.WriteAllText(Path.Combine(there.Stored.Folder, "fingerprints", "0123456789ab.json"), "{\"cpu.model\":\"another\"}");

        var (mine, theirs) = (here.Bundle(), there.Bundle("elsewhere"));

        Assert.Equal(mine.Head.Digest, theirs.Head.Digest);
        Assert.NotEqual(mine.Head.Evidence!.Files.Count, theirs.Head.Evidence!.Files.Count);
        Assert.NotEqual(mine.Head.Digest, new Workshop(lights: 8).Bundle().Head.Digest);
    }

    [Fact]
    public void Where_several_shards_cant_be_written_at_once_it_is_said_once()
    {
        using var shop = new Workshop();
        Directory.CreateDirectory(shop[$"bundle/{BundleNames.Partial}"]);
        File.WriteAllText(shop["bundle/shards"], "in the way");

        var refused = Assert.Throws<RayshardException>(() => shop.Bundle());

        Assert.StartsWith(shop["bundle/shards/synthetic-"], refused.Message, StringComparison.Ordinal);
        Assert.Contains(": can't be written: ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Its_shards_are_the_stores_own_bytes_and_take_no_room()
    {
        using var shop = new Workshop();
        var bundle = shop.Bundle();
        var shard = Path.Combine(bundle.Folder, "shards", "synthetic-000000.tar");

        Assert.Equal(File.ReadAllBytes(shop.Stored.ShardPath(0)), File.ReadAllBytes(shard));
        Assert.Equal("2", Workshop.Run("/", "stat", "--format=%h", shard));
    }

    [Fact]
    public void Made_again_it_is_the_same_and_what_lies_about_in_the_folder_is_not_touched()
    {
        using var shop = new Workshop();
        var first = shop.Bundle().Head.Digest;
        Assert.Equal(first, shop.Bundle().Head.Digest);

        File.WriteAllText(shop["bundle/notes.txt"], "mine");
        var refused = Assert.Throws<RayshardException>(() => shop.Bundle());

        Assert.Equal(ExitCode.AskedWrongly, refused.ExitCode);
        Assert.Equal("mine", File.ReadAllText(shop["bundle/notes.txt"]));
        Assert.True(File.Exists(shop["bundle/manifest.json"]));
    }

    [Fact]
    public void A_bundle_that_was_not_finished_has_no_manifest_and_is_made_anew()
    {
        using var shop = new Workshop();
        var digest = shop.Bundle().Head.Digest;
        File.Delete(shop["bundle/manifest.json"]);
        Directory.CreateDirectory(shop["bundle/.partial"]);
        File.WriteAllText(shop["bundle/shards/left-over.tar"], "");

        Assert.Equal(ExitCode.NotFound, Assert.Throws<RayshardException>(() => Bundle.Open(shop["bundle"])).ExitCode);
        Assert.Equal(digest, shop.Bundle().Head.Digest);
        Assert.Empty(BundleVerifier.Faults(Bundle.Open(shop["bundle"]), CancellationToken.None));
    }

    [Fact]
    public void Without_a_licence_there_is_no_bundle_and_one_line_says_what_to_write()
    {
        using var shop = new Workshop(with: experiment => experiment with { About = new() { Authors = [new("Ada Lovelace")] } });

        var refused = Assert.Throws<RayshardException>(() => shop.Bundle());

        Assert.Equal(ExitCode.AskedWrongly, refused.ExitCode);
        Assert.StartsWith("synthetic: about.license, about.published: not said", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
        Assert.False(Directory.Exists(shop["bundle"]));
    }

    [Fact]
    public void What_the_store_holds_damaged_is_not_bundled()
    {
        using var shop = new Workshop();
        var shard = shop.Stored.ShardPath(1);
        var bytes = File.ReadAllBytes(shard);
        bytes[3000] ^= 1;
        File.WriteAllBytes(shard, bytes);

        var refused = Assert.Throws<RayshardException>(() => shop.Bundle());

        Assert.Equal(ExitCode.NotSo, refused.ExitCode);
        Assert.Contains("synthetic-000001.tar", refused.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(shop["bundle/manifest.json"]));
    }

    [Fact]
    public void A_scene_file_that_is_not_the_one_that_was_rendered_is_refused()
    {
        using var shop = new Workshop();
        File.WriteAllText(shop["scene/scene.py"], "another");

        Assert.Equal(ExitCode.NotSo, Assert.Throws<RayshardException>(() => shop.Bundle()).ExitCode);
    }
}
