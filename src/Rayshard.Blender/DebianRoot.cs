namespace Rayshard.Blender;

/// <summary>
/// Makes a folder of a Debian release's Blender and all that it needs, without touching the system and without root. The packages are kept by
/// digest, so that the folder can be made again without a network.
/// </summary>
internal sealed class DebianRoot : IProvider
{
    private const string Mirror = "https://deb.debian.org/debian";
    private const int Downloads = 4;

    // Packages since Debian 12's successor have files below /usr only, and count on base-files for the links.
    private static readonly string[] s_merged = ["bin", "sbin", "lib", "lib64"];

    /// <inheritdoc/>
    public async Task<Installation> ProvisionAsync(ToolchainPin pin, ToolchainOptions options, CancellationToken now)
    {
        if (!File.Exists(Bubblewrap.Executable) || !File.Exists("/usr/bin/dpkg-deb"))
        {
            throw new RayshardException(ExitCode.MachineLacks, $"toolchain '{pin.Id}' needs bubblewrap and dpkg. Type: sudo apt-get install -y --no-install-recommends bubblewrap dpkg");
        }

        var packages = DebianLock.Read(LockOf(pin, options));
        var root = RootOf(pin, options);
        if (!Directory.Exists(root))
        {
            await MakeAsync(root, await FetchAsync(pin, packages, options, now).ConfigureAwait(false), now).ConfigureAwait(false);
        }

        const string executable = "/usr/bin/blender";
        return new(executable, Digest.OfFile(root + executable), new Bubblewrap(root));
    }

    /// <inheritdoc/>
    public Task<bool> IsHereAsync(ToolchainPin pin, ToolchainOptions options, CancellationToken now) =>
        Task.FromResult(File.Exists(LockOf(pin, options)) && Directory.Exists(RootOf(pin, options)));

    private static string LockOf(ToolchainPin pin, ToolchainOptions options) => Path.Combine(options.BlenderFolder, pin.Lock);

    private static string RootOf(ToolchainPin pin, ToolchainOptions options) =>
        Path.GetFullPath(Path.Combine(options.StateFolder, "roots", $"{pin.Id}-{Digest.OfFile(LockOf(pin, options)).ToString()[..12]}"));

    private static async Task MakeAsync(string root, IReadOnlyList<string> debs, CancellationToken now)
    {
        var partial = $"{root}.{Environment.ProcessId}.partial";
        try
        {
            await UnpackAsync(debs, partial, now).ConfigureAwait(false);
            Directory.Move(partial, root);
        }
        catch (IOException) when (Directory.Exists(root))
        {
            // Another run was first.
        }
        finally
        {
            if (Directory.Exists(partial))
            {
                Directory.Delete(partial, recursive: true);
            }
        }
    }

    private static async Task<string[]> FetchAsync(ToolchainPin pin, IReadOnlyList<LockedPackage> packages, ToolchainOptions options, CancellationToken cancellation)
    {
        var debs = new string[packages.Count];
        var mirrors = pin.Urls.Count > 0 ? pin.Urls : [Mirror];
        await Parallel.ForAsync(0, packages.Count, new ParallelOptions { MaxDegreeOfParallelism = Downloads, CancellationToken = cancellation }, async (i, now) =>
        {
            var package = packages[i];
            using var file = new PinnedFile(Path.Combine(options.StateFolder, "debs"), package.Sha256, $"toolchain '{pin.Id}': package '{Path.GetFileName(package.Path)}'");
            try
            {
                debs[i] = await file.FetchAsync([.. mirrors.Select(mirror => $"{mirror.TrimEnd('/')}/{package.Path.Replace("+", "%2b", StringComparison.Ordinal)}")], now).ConfigureAwait(false);
            }
            catch (RayshardException e) when (pin.IsMoving)
            {
                throw new RayshardException(e.ExitCode, $"{e.Message}. {pin.Release} moves on and mirrors lose what was locked: write {pin.Lock} anew with blender/lock.sh and pin the version that it names, or bring the packages from a machine that has them in '{options.StateFolder}/debs'", e);
            }
        }).ConfigureAwait(false);
        return debs;
    }

    private static async Task UnpackAsync(IReadOnlyList<string> debs, string into, CancellationToken cancellation)
    {
        Directory.CreateDirectory(into);
        foreach (var deb in debs)
        {
            var extract = await Tool.RunAsync(["dpkg-deb", "--extract", deb, into], cancellation).ConfigureAwait(false);
            if (extract.Code != 0)
            {
                throw new RayshardException(ExitCode.MachineLacks, $"'{deb}' can't be unpacked into '{into}': {extract.Error}");
            }
        }

        foreach (var name in s_merged.Where(name => Directory.Exists(Path.Combine(into, "usr", name)) && !Directory.Exists(Path.Combine(into, name))))
        {
            File.CreateSymbolicLink(Path.Combine(into, name), Path.Combine("usr", name));
        }
    }
}
