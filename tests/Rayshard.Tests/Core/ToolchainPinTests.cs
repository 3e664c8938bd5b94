namespace Rayshard.Tests.Core;

public sealed class ToolchainPinTests
{
    private const string Hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Theory]
    [InlineData("""apt", "package": "blender""", "package_version: provider 'apt' needs it, and it is not there: give its exact version")]
    [InlineData("""debian""", "lock: provider 'debian' needs it")]
    [InlineData("""archive", "sha256": "12""", "sha256: '12' is not what provider 'archive' needs: give the archive's SHA-256, 64 lower-case hex digits")]
    [InlineData($$"""archive", "sha256": "{{Hex}}""", "urls: provider 'archive' needs it")]
    [InlineData($$"""path", "executable": "blender", "sha256": "{{Hex}}""", "executable: 'blender' is not what provider 'path' needs: give the absolute path")]
    [InlineData("""container", "executable": "/usr/bin/blender", "image": "blender:3.4.1""", "image: 'blender:3.4.1' is not what provider 'container' needs: give an image by its digest")]
    [InlineData("""magic""", "provider: there is no 'magic': take apt, debian, archive, path, container")]
    public void A_pin_that_lacks_what_its_provider_needs_is_refused_when_it_is_read(string fields, string reason)
    {
        var refused = Refused(fields);

        Assert.StartsWith("blender/toolchains.json: toolchain 'some': " + reason, refused, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused);
    }

    [Theory]
    [InlineData("""apt", "colour": "red""", "colour")]
    [InlineData("""apt", "id": ["x"], "x": "y""", "id")]
    public void What_is_no_pin_is_refused_by_place(string fields, string named) =>
        Assert.Matches($"^blender/toolchains.json: .*{named}.*line 1", Refused(fields));

    [Fact]
    public void An_image_counts_by_its_digest_and_not_by_where_it_is_pulled_from()
    {
        Assert.Equal($"sha256:{Hex}", new ToolchainPin { Image = $"registry.example.org:5000/blender@sha256:{Hex}" }.Build);
        Assert.Equal($"sha256:{Hex}", new ToolchainPin { Image = $"sha256:{Hex}" }.Build);
    }

    [Fact]
    public void A_pin_can_be_had_by_every_provider_that_it_has_the_fields_of_its_own_first() =>
        Assert.Equal(["debian", "apt"], PinFields.Providers(new() { Provider = "debian", Lock = "locks/x.lock", Package = "blender", PackageVersion = "1" }));

    private static string Refused(string fields)
    {
        using var json = new StringReader($$"""{"toolchains": [{"id": "some", "version": "3.4.1", "has_denoiser": false, "provider": "{{fields}}"}]}""");
        var refused = Assert.Throws<RayshardException>(() => BlenderFacts.ReadToolchains(json));
        Assert.Equal(ExitCode.AskedWrongly, refused.ExitCode);
        return refused.Message;
    }
}
