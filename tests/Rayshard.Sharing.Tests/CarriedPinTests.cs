namespace Rayshard.Sharing.Tests;

/// <summary>A bundle's pin is a stranger's word.</summary>
public sealed class CarriedPinTests
{
    private static readonly ToolchainPin s_other = BlenderFacts.Toolchains["debian-12"] with { PackageVersion = "3.4.1+other" };

    /// <summary>Fields that a pin may not have, and what is said of them.</summary>
    public static TheoryData<string, string> Wrong => new()
    {
        { "id: '../../etc'", "id" },
        { "version: '3.4'", "version" },
        { "version: '3.4.1/..'", "version" },
        { "package: '--admindir=/tmp'", "package" },
        { "package_version: '1 2'", "package_version" },
        { "sha256: 'ABC'", "sha256" },
        { "urls: ['http://mirror.example/']", "urls" },
        { "urls: ['file:///etc/passwd']", "urls" },
        { "urls: ['https://user:secret@mirror.example/']", "urls" },
        { "urls: ['/usr/bin']", "urls" },
        { "urls: 'https://mirror.example/'", "pin" },
        { "lock: 'missing.lock'", "lock" },
    };

    [Fact]
    public void Where_it_is_the_build_that_is_pinned_here_this_checkouts_pin_counts()
    {
        using var shop = new Workshop();

        Assert.Null(shop.Bundle().ReadExperiment().CarriedPin);
    }

    [Fact]
    public void Where_it_is_another_build_under_the_same_id_the_bundles_counts_and_its_lock_with_it()
    {
        using var shop = Of(s_other);
        var bundle = shop.Bundle();

        var experiment = bundle.ReadExperiment();

        Assert.Equal(("debian", s_other.Build), (experiment.Pin!.Provider, experiment.Pin.Build));
        Assert.Equal(shop["bundle/experiment/debian-12.lock"], experiment.Pin.Lock);
        Assert.Empty(BundleVerifier.Faults(bundle, CancellationToken.None));
    }

    [Fact]
    public void What_is_a_path_on_the_machine_that_rendered_it_is_got_by_nothing_here()
    {
        using var shop = Of(new() { Id = "debian-12", Version = "3.4.1", Provider = "path", Executable = "/bin/sh", Sha256 = new('a', 64) });

        Assert.Equal("", shop.Bundle().ReadExperiment().Pin!.Provider);
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_field_that_could_lead_elsewhere_is_refused(string field, string named)
    {
        using var shop = Of(s_other);
        var bundle = shop.Bundle();
        var json = Newtonsoft.Json.Linq.JObject.Parse(File.ReadAllText(shop["bundle/experiment/toolchain.json"]));
        json.Merge(Newtonsoft.Json.Linq.JObject.Parse($"{{{field}}}"), new() { MergeArrayHandling = Newtonsoft.Json.Linq.MergeArrayHandling.Replace });
        Rewrite(bundle, "experiment/toolchain.json", json.ToString());

        var refused = Assert.Throws<RayshardException>(Bundle.Open(bundle.Folder).ReadExperiment);

        Assert.Equal(ExitCode.NotSo, refused.ExitCode);
        Assert.Contains("experiment/toolchain.json: ", refused.Message, StringComparison.Ordinal);
        Assert.Contains(named, refused.Message.Split("toolchain.json: ")[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("toolchain.json")]
    [InlineData("debian-12.lock")]
    public void One_that_was_changed_after_the_bundle_was_made_is_refused(string file)
    {
        using var shop = Of(s_other);
        var bundle = shop.Bundle();
        File.AppendAllText(shop[$"bundle/experiment/{file}"], "\n");

        Assert.Contains($"experiment/{file}: is not the file", Assert.Throws<RayshardException>(bundle.ReadExperiment).Message, StringComparison.Ordinal);
    }

    private static Workshop Of(ToolchainPin pin) => new(with: experiment => experiment with { CarriedPin = pin });

    // As a stranger would: the manifest names the new file.
    private static void Rewrite(Bundle bundle, string name, string text)
    {
        var path = Path.Combine(bundle.Folder, name);
        File.WriteAllText(path, text);
        var manifest = bundle.Head.Manifest with
        {
            Files = [.. bundle.Head.Manifest.Files.Select(file => file.Name == name ? file with { Bytes = new FileInfo(path).Length, Sha256 = Digest.OfFile(path) } : file)],
        };
        File.WriteAllBytes(Path.Combine(bundle.Folder, "manifest.json"), manifest.ToBytes());
        File.Delete(Path.Combine(bundle.Folder, "evidence/manifest.json"));
    }
}
