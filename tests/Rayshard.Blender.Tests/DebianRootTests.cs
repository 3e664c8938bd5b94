using System.Diagnostics;

namespace Rayshard.Blender.Tests;

public sealed class DebianRootTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rayshard-").FullName;
    private readonly ToolchainPin _pin = new() { Id = "tiny", Version = "1.0", Provider = "debian", Lock = "tiny.lock" };

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public async Task Kept_packages_make_the_folder_again_without_a_network_with_the_links_that_base_files_would_have_made()
    {
        NeedsTools();
        Keep(Deb("tiny", "usr/lib/tiny", "usr/bin/blender"));

        Assert.False(await IsHereAsync());
        var root = await ProvisionAsync();
        Assert.True(await IsHereAsync());
        var again = await ProvisionAsync();
        Directory.Delete(root, true);
        var anew = await ProvisionAsync();

        Assert.Equal((root, root), (again, anew));
        Assert.Equal("tiny", await File.ReadAllTextAsync(Path.Combine(root, "lib", "tiny")));
        Assert.Equal("usr/lib", new DirectoryInfo(Path.Combine(root, "lib")).LinkTarget);
        Assert.Equal([root], Directory.GetDirectories(Path.Combine(_folder, "roots")));
    }

    [Fact]
    public async Task A_package_that_is_another_file_is_refused_by_name_and_no_folder_is_made()
    {
        NeedsTools();
        using var server = new LoopbackServer(await File.ReadAllBytesAsync(Deb("tiny", "usr/lib/tiny")));
        var other = Digest.Of("other");
        await File.WriteAllTextAsync(Path.Combine(_folder, "tiny.lock"), $"{other}  pool/t/tiny_1_all.deb\n");

        var refused = await Assert.ThrowsAsync<RayshardException>(() => ProvisionAsync(_pin with { Urls = [server.Url] }));

        Assert.Contains("package 'tiny_1_all.deb'", refused.Message, StringComparison.Ordinal);
        Assert.Contains(other.ToString(), refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_folder, "roots")));
        Assert.Empty(Directory.GetFiles(Path.Combine(_folder, "debs")));
    }

    [Fact]
    public async Task Of_a_release_that_moves_on_a_package_that_is_gone_names_the_way_out()
    {
        NeedsTools();
        using var server = new LoopbackServer([]);
        await File.WriteAllTextAsync(Path.Combine(_folder, "tiny.lock"), $"{Digest.Of("gone")}  pool/t/tiny_1_all.deb\n");

        var refused = await Assert.ThrowsAsync<RayshardException>(() => ProvisionAsync(_pin with { Urls = [server.Url], IsMoving = true, Release = "Debian sid" }));

        Assert.Equal(ExitCode.MachineLacks, refused.ExitCode);
        Assert.Contains("package 'tiny_1_all.deb'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Debian sid moves on", refused.Message, StringComparison.Ordinal);
        Assert.Contains("lock.sh", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nonsense", "tiny.lock(2): 'nonsense'")]
    [InlineData("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  pool/../../etc/x.deb", "tiny.lock(2)")]
    [InlineData("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 pool/x.deb", "tiny.lock(2)")]
    [InlineData("", "names no package")]
    public async Task A_bad_line_of_a_lock_is_named_by_file_and_number(string line, string reason)
    {
        NeedsTools();
        await File.WriteAllTextAsync(Path.Combine(_folder, "tiny.lock"), $"# a note\n{line}\n");

        var refused = await Assert.ThrowsAsync<RayshardException>(() => ProvisionAsync());

        Assert.Equal(ExitCode.AskedWrongly, refused.ExitCode);
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pin_without_a_lock_can_not_be_had_as_a_folder()
    {
        var refused = await Assert.ThrowsAsync<RayshardException>(() => Toolchain.ProvisionAsync(
            _pin with { Lock = "", Provider = "apt" }, CpuKernel.Native, new() { BlenderFolder = _folder, StateFolder = _folder, Provider = "debian" }));

        Assert.Contains("take the pin's own provider 'apt'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_shipped_locks_name_the_pinned_build_of_Blender()
    {
        foreach (var pin in BlenderFacts.Toolchains.Values.Where(pin => pin.Lock.Length > 0))
        {
            var packages = DebianLock.Read(Path.Combine(Root(), "blender", pin.Lock));
            Assert.Contains(packages, package => package.Path == $"pool/main/b/blender/blender_{pin.PackageVersion}_amd64.deb");
        }
    }

    private static void NeedsTools() => Assert.SkipUnless(
        Environment.GetEnvironmentVariable("CI") is "true" or "1" || File.Exists(Bubblewrap.Executable), "this machine has no bubblewrap: run ./build.sh --target=Provision first");

    private Task<bool> IsHereAsync() => new DebianRoot().IsHereAsync(_pin, new() { BlenderFolder = _folder, StateFolder = _folder }, default);

    private async Task<string> ProvisionAsync(ToolchainPin? pin = null) =>
        (await new DebianRoot().ProvisionAsync(pin ?? _pin, new() { BlenderFolder = _folder, StateFolder = _folder }, default)).Sandbox!.Place;

    // Puts a package where an earlier download would have.
    private void Keep(string deb)
    {
        var digest = Digest.OfFile(deb);
        Directory.CreateDirectory(Path.Combine(_folder, "debs"));
        File.Move(deb, Path.Combine(_folder, "debs", digest.ToString()));
        File.WriteAllText(Path.Combine(_folder, "tiny.lock"), $"# a note\n{digest}  pool/t/tiny_1_all.deb\n");
    }

    private string Deb(string name, params string[] files)
    {
        var tree = Path.Combine(_folder, "tree");
        Directory.CreateDirectory(Path.Combine(tree, "DEBIAN"));
        File.WriteAllText(Path.Combine(tree, "DEBIAN", "control"), $"Package: {name}\nVersion: 1\nArchitecture: all\nMaintainer: nobody <nobody@example.org>\nDescription: tiny\n");
        foreach (var file in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(tree, file))!);
            File.WriteAllText(Path.Combine(tree, file), name);
        }

        var deb = Path.Combine(_folder, "made.deb");
        using var process = Process.Start(new ProcessStartInfo("dpkg-deb", ["--build", "--root-owner-group", tree, deb]) { RedirectStandardOutput = true })!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        Directory.Delete(tree, true);
        return deb;
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "cake.config")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("no cake.config above the tests");
        }

        return folder;
    }
}
