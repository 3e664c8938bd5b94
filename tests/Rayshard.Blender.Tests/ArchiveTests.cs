using System.Diagnostics;

namespace Rayshard.Blender.Tests;

public sealed class ArchiveTests : IDisposable
{
    private readonly string _state = Directory.CreateTempSubdirectory("rayshard-").FullName;
    private readonly byte[] _archive;

    public ArchiveTests()
    {
        var source = Directory.CreateDirectory(Path.Combine(_state, "source", "blender-3.4.1-linux-x64")).FullName;
        File.WriteAllText(Path.Combine(source, "blender"), "#!/bin/sh\n");
        File.WriteAllBytes(Path.Combine(source, "data"), new byte[300_000]);
        var tar = Path.Combine(_state, "blender.tar");
        Run("tar", "-c", "-f", tar, "-C", Path.Combine(_state, "source"), "blender-3.4.1-linux-x64");
        _archive = File.ReadAllBytes(tar);
        Directory.Delete(Path.Combine(_state, "source"), true);
        File.Delete(tar);
    }

    public void Dispose() => Directory.Delete(_state, true);

    [Fact]
    public async Task It_is_fetched_once_checked_and_unpacked()
    {
        using var server = new LoopbackServer(_archive);

        Assert.False(await IsHereAsync());
        var first = await ProvisionAsync(Pin(server.Url));
        Assert.True(await IsHereAsync());
        var second = await ProvisionAsync(Pin(server.Url));

        Assert.Equal("#!/bin/sh\n", await File.ReadAllTextAsync(first));
        Assert.Equal((first, 1), (second, server.Asked.Count));
        Assert.Empty(Directory.GetFileSystemEntries(_state, "*.partial", SearchOption.AllDirectories));

        Task<bool> IsHereAsync() => new Archive().IsHereAsync(Pin(server.Url), Options, default);
    }

    [Fact]
    public async Task A_download_that_breaks_goes_on_where_it_broke()
    {
        using var server = new LoopbackServer(_archive) { Cut = (2, 100_000) };

        await ProvisionAsync(Pin(server.Url));

        Assert.Equal([0, 100_000, 200_000], server.Asked);
    }

    [Fact]
    public async Task A_truncated_archive_is_refused_and_nothing_is_left()
    {
        using var server = new LoopbackServer(_archive[..^1000]);

        await RefusedAsync(Pin(server.Url), "damaged or another file");
    }

    [Fact]
    public async Task A_tampered_archive_is_refused_and_nothing_is_left()
    {
        var tampered = _archive.ToArray();
        tampered[200_000] ^= 1;
        using var server = new LoopbackServer(tampered);

        await RefusedAsync(Pin(server.Url), Digest.Of(tampered).ToString());
    }

    [Fact]
    public async Task A_pin_with_a_wrong_digest_is_refused_and_nothing_is_left()
    {
        using var server = new LoopbackServer(_archive);

        await RefusedAsync(Pin(server.Url) with { Sha256 = Digest.Of("other").ToString() }, Digest.Of("other").ToString());
    }

    [Theory]
    [InlineData("http://example.org/blender.tar")]
    [InlineData("http://127.0.0.1:9/blender.tar")]
    public async Task A_redirect_to_plain_http_is_refused_and_nothing_is_left(string target)
    {
        using var server = new LoopbackServer(_archive) { Redirect = target };

        await RefusedAsync(Pin(server.Url), $"leads to '{target}', which is not https");
    }

    [Fact]
    public async Task Plain_http_from_elsewhere_is_refused() => await RefusedAsync(Pin("http://example.org/blender.tar"), "which is not https");

    [Fact]
    public async Task A_mirror_or_a_local_file_helps_out()
    {
        using var damaged = new LoopbackServer(_archive[..1000]);
        var local = Path.Combine(_state, "local.tar");
        await File.WriteAllBytesAsync(local, _archive);

        Assert.True(File.Exists(await ProvisionAsync(Pin(damaged.Url, local))));
    }

    [Fact]
    public async Task An_archive_without_a_Blender_is_refused_and_nothing_is_unpacked()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_state, "else", "x")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "readme"), "");
        var tar = Path.Combine(_state, "else.tar");
        Run("tar", "-c", "-f", tar, "-C", Path.Combine(_state, "else"), "x");

        var refused = await Assert.ThrowsAsync<RayshardException>(() => ProvisionAsync(Pin(tar) with { Sha256 = Digest.OfFile(tar).ToString() }));

        Assert.Contains("holds no 'FOLDER/blender'", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(_state, "roots")));
    }

    [Fact]
    public async Task An_installed_Blender_made_into_an_archive_renders_by_every_capture()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/blender") || Environment.GetEnvironmentVariable("CI") is "true" or "1", "this machine has no Blender to make an archive of");
        var folder = Directory.CreateDirectory(Path.Combine(_state, "installed", "blender-3.4.1-linux-x64")).FullName;
        File.Copy("/usr/bin/blender", Path.Combine(folder, "blender"));
        var tar = Path.Combine(_state, "installed.tar.gz");
        Run("tar", "-c", "-z", "-f", tar, "-C", Path.Combine(_state, "installed"), "blender-3.4.1-linux-x64");
        var pin = Pin(tar) with { Sha256 = Digest.OfFile(tar).ToString(), Version = "3.4.1" };

        var toolchain = await Toolchain.ProvisionAsync(pin, CpuKernel.Native, new() { BlenderFolder = BlenderFolder(), StateFolder = _state });

        Assert.StartsWith(Path.Combine(_state, "roots"), toolchain.Executable, StringComparison.Ordinal);
        Assert.Equal(["viewer", "passes", "exr"], toolchain.Probe["captures"]!.Values<string>());
    }

    [Fact]
    public async Task A_Blender_by_its_path_is_taken_only_with_the_pinned_digest()
    {
        var pin = Pin() with { Provider = "path", Executable = "/bin/true", Sha256 = Digest.OfFile("/bin/true").ToString() };

        Assert.Equal("/bin/true", await TakeAsync(pin));
        Assert.True(await IsHereAsync(pin));
        Assert.False(await IsHereAsync(pin with { Sha256 = Digest.Of("").ToString() }));
        Assert.False(await IsHereAsync(pin with { Executable = "/nowhere" }));
        var other = await Assert.ThrowsAsync<RayshardException>(() => TakeAsync(pin with { Sha256 = Digest.Of("").ToString() }));
        Assert.Contains(Digest.OfFile("/bin/true").ToString(), other.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.MachineLacks, (await Assert.ThrowsAsync<RayshardException>(() => TakeAsync(pin with { Executable = "/nowhere" }))).ExitCode);

        Task<bool> IsHereAsync(ToolchainPin pin) => new PathProvider().IsHereAsync(pin, Options, default);
        async Task<string> TakeAsync(ToolchainPin pin) => (await new PathProvider().ProvisionAsync(pin, Options, default)).Executable;
    }

    private ToolchainPin Pin(params string[] places) =>
        new() { Id = "archived", Version = "3.4.1", Provider = "archive", Sha256 = Digest.Of(_archive).ToString(), Urls = places };

    private ToolchainOptions Options => new() { BlenderFolder = "blender", StateFolder = _state };

    private async Task<string> ProvisionAsync(ToolchainPin pin) => (await new Archive().ProvisionAsync(pin, Options, default)).Executable;

    private async Task RefusedAsync(ToolchainPin pin, string reason)
    {
        var refused = await Assert.ThrowsAsync<RayshardException>(() => ProvisionAsync(pin));

        Assert.Equal(ExitCode.MachineLacks, refused.ExitCode);
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_state, "*", SearchOption.AllDirectories));
    }

    private static string BlenderFolder()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "cake.config")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("no cake.config above the tests");
        }

        return Path.Combine(folder, "blender");
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
