using System.Text;

namespace Rayshard.Sharing.Tests;

public sealed class BundleManifestTests
{
    public static TheoryData<string> Evil =>
    [
        "../x", "shards/../../x", "/etc/passwd", "a//b", "./a", "a/.", ".hidden", "a/.git/config", "-rf", "a\\b", "C:/x", "a b", "a\nb", "a\u0000", "\u202eexe", "a/", "",
        "evidence/x", "Manifest.json", "SHA256SUMS", new string('a', 241), "~/x", "%2e%2e/x", "a?b",
    ];

    [Theory]
    [MemberData(nameof(Evil))]
    public void A_name_that_leads_out_or_reads_two_ways_is_refused(string name)
    {
        var manifest = Manifest() with { Files = [new BundleFile(name, 1, Digest.Of("x"), "text/plain")] };

        Assert.Throws<FormatException>(() => BundleManifest.Parse(manifest.ToBytes()));
    }

    [Fact]
    public void A_name_is_there_once_whatever_its_case()
    {
        var manifest = Manifest() with { Files = [new("a", 1, Digest.Of("x"), "text/plain"), new("A", 1, Digest.Of("x"), "text/plain")] };

        Assert.Throws<FormatException>(() => BundleManifest.Parse(manifest.ToBytes()));
    }

    [Theory]
    [InlineData("\"frames\":1", "\"frames\": 1")]
    [InlineData("\"frames\":1", "\"frames\":1,\"more\":1")]
    [InlineData("\"rayshard_bundle\":1", "\"rayshard_bundle\":2")]
    [InlineData("\"experiment\":\"x\"", "\"experiment\":\"../x\"")]
    [InlineData("}\n", "}")]
    public void Only_canonical_bytes_are_a_manifest(string was, string becomes)
    {
        var text = Encoding.UTF8.GetString(Manifest().ToBytes());
        Assert.Equal(Manifest().ToBytes(), BundleManifest.Parse(Encoding.UTF8.GetBytes(text)).ToBytes());

        Assert.Throws<FormatException>(() => BundleManifest.Parse(Encoding.UTF8.GetBytes(text.Replace(was, becomes, StringComparison.Ordinal))));
    }

    [Fact]
    public void Noise_is_no_manifest()
    {
        var random = new Random(4);
        var whole = Manifest().ToBytes();
        for (var i = 0; i < 3000; i++)
        {
            var bytes = (byte[])whole.Clone();
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (!bytes.AsSpan().SequenceEqual(whole))
            {
                // Some changes give another manifest, as in a digit of a digest; none may give anything but that or this fault.
                try
                {
                    Assert.Equal(bytes, BundleManifest.Parse(bytes).ToBytes());
                }
                catch (FormatException)
                {
                }
            }
        }
    }

    private static BundleManifest Manifest() => new()
    {
        Experiment = "x",
        ShardSet = Digest.Of("set"),
        Planned = 1,
        Frames = 1,
        Records = Digest.Of("records"),
        License = "MIT",
        Files = [new("shards/x-000000.tar", 1, Digest.Of("x"), "application/x-tar")],
    };
}
