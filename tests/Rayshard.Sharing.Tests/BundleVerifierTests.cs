namespace Rayshard.Sharing.Tests;

public sealed class BundleVerifierTests
{
    [Theory]
    [InlineData("shards/synthetic-000001.tar")]
    [InlineData("README.md")]
    [InlineData("index.npy")]
    [InlineData("blobs.parquet")]
    [InlineData("evidence/provenance.intoto.json")]
    [InlineData("SHA256SUMS")]
    public void One_changed_bit_is_found_and_the_file_named(string name)
    {
        using var shop = new Workshop();
        var bundle = shop.Bundle();
        Replace(Path.Combine(bundle.Folder, name), bytes => bytes[bytes.Length / 2] ^= 1);

        var fault = Assert.Single(BundleVerifier.Faults(bundle, CancellationToken.None));

        Assert.StartsWith(name, fault.Text, StringComparison.Ordinal);
        Assert.Equal(name, fault.File);
    }

    [Fact]
    public void A_missing_file_a_stray_one_and_a_link_are_found()
    {
        using var shop = new Workshop();
        var bundle = shop.Bundle();
        File.Delete(shop["bundle/croissant.json"]);
        File.WriteAllText(shop["bundle/shards/\u001b[31mred"], "");
        File.CreateSymbolicLink(shop["bundle/passwd"], "/etc/passwd");

        var faults = BundleVerifier.Faults(bundle, CancellationToken.None).ToList();

        Assert.Equal(["passwd: is no part of the bundle", "shards/?[31mred: is no part of the bundle", "croissant.json: is not there"], faults.Select(fault => fault.Text));
        Assert.All(faults.Take(2), fault => Assert.True(File.Exists(Path.Combine(bundle.Folder, fault.File))));
    }

    [Fact]
    public void A_bundle_that_agrees_with_itself_but_not_with_its_experiment_is_found()
    {
        using var shop = new Workshop();
        var bundle = shop.Bundle();

        // Whoever made it swapped two shards and wrote all the sums anew.
        var (first, second) = (shop["bundle/shards/synthetic-000000.tar"], shop["bundle/shards/synthetic-000001.tar"]);
        var (one, two) = (File.ReadAllBytes(first), File.ReadAllBytes(second));
        Replace(first, two);
        Replace(second, one);
        SumAnew(shop, bundle);

        var faults = BundleVerifier.Faults(Bundle.Open(bundle.Folder), CancellationToken.None).ToList();

        Assert.NotEmpty(faults);
        Assert.All(faults, fault => Assert.StartsWith("shards/synthetic-00000", fault.Text, StringComparison.Ordinal));
    }

    [Fact]
    public void A_table_that_is_not_the_one_of_the_shards_is_named_where_it_lies()
    {
        using var shop = new Workshop();
        var bundle = shop.Bundle();
        Replace(shop["bundle/frames.parquet"], File.ReadAllBytes(shop["bundle/blobs.parquet"]));
        SumAnew(shop, bundle);

        var fault = Assert.Single(BundleVerifier.Faults(Bundle.Open(bundle.Folder), CancellationToken.None));

        Assert.Equal("frames.parquet", fault.File);
        Assert.StartsWith("frames.parquet, byte ", fault.Text, StringComparison.Ordinal);
    }

    private static void SumAnew(Workshop shop, Bundle bundle)
    {
        var files = bundle.Head.Manifest.Files.Select(file => file with { Bytes = new FileInfo(bundle.PathOf(file)).Length, Sha256 = Digest.OfFile(bundle.PathOf(file)) });
        var forged = BundleHead.Parse((bundle.Head.Manifest with { Files = [.. files] }).ToBytes(), null);
        File.WriteAllBytes(shop["bundle/manifest.json"], forged.ManifestBytes);
        File.WriteAllBytes(shop["bundle/SHA256SUMS"], forged.Sums());
        Directory.Delete(shop["bundle/evidence"], recursive: true);
    }

    // By a new file: the old one is the store's too.
    private static void Replace(string path, Action<byte[]> change)
    {
        var bytes = File.ReadAllBytes(path);
        change(bytes);
        Replace(path, bytes);
    }

    private static void Replace(string path, byte[] bytes)
    {
        File.Delete(path);
        File.WriteAllBytes(path, bytes);
    }
}
