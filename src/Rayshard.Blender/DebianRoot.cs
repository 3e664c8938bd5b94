using System.Diagnostics;

namespace Rayshard.Blender;

/// <summary>
/// Makes a folder of a Debian release's Blender and all that it needs, without touching the system and without root. The packages are kept by
/// digest, so that the folder can be made again without a network.
/// </summary>
internal static class DebianRoot
{
    private const string Mirror = "https://deb.debian.org/debian";
    private const int Downloads = 4;

    // Packages since Debian 12's successor have files below /usr only, and count on base-files for the links.
    private static readonly string[] s_merged = ["bin", "sbin", "lib", "lib64"];

    /// <summary>The folder, made where it is not there yet.</summary>
    /// <exception cref="RayshardException">A package can't be had or is another one, or the machine lacks bwrap or dpkg-deb.</exception>
    public static async Task<string> ProvisionAsync(ToolchainPin pin, ToolchainOptions options, CancellationToken cancellation)
    {
        if (pin.Lock.Length == 0)
        {
            throw new RayshardException(ExitCode.AskedWrongly, $"toolchain '{pin.Id}' has no lock in blender/toolchains.json, so provider 'debian' can't make it: take provider '{pin.Provider}'");
        }

        if (!File.Exists(Sandbox.Executable) || !File.Exists("/usr/bin/dpkg-deb"))
        {
            throw new RayshardException(ExitCode.MachineLacks, $"toolchain '{pin.Id}' needs bubblewrap and dpkg. Type: sudo apt-get install -y --no-install-recommends bubblewrap dpkg");
        }

        var file = Path.Combine(options.BlenderFolder, pin.Lock);
        var packages = DebianLock.Read(file);
        var root = Path.GetFullPath(Path.Combine(options.StateFolder, "roots", $"{pin.Id}-{Digest.OfFile(file).ToString()[..12]}"));
        if (Directory.Exists(root))
        {
            return root;
        }

        var debs = await FetchAsync(pin, packages, options, cancellation).ConfigureAwait(false);
        var partial = $"{root}.{Environment.ProcessId}.partial";
        try
        {
            await UnpackAsync(debs, partial, cancellation).ConfigureAwait(false);
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

        return root;
    }

    private static async Task<string[]> FetchAsync(ToolchainPin pin, IReadOnlyList<LockedPackage> packages, ToolchainOptions options, CancellationToken cancellation)
    {
        var debs = new string[packages.Count];
        var mirrors = pin.Urls.Count > 0 ? pin.Urls : [Mirror];
        await Parallel.ForAsync(0, packages.Count, new ParallelOptions { MaxDegreeOfParallelism = Downloads, CancellationToken = cancellation }, async (i, now) =>
        {
            var package = packages[i];
            using var file = new PinnedFile(Path.Combine(options.StateFolder, "debs"), package.Sha256, $"toolchain '{pin.Id}': package '{Path.GetFileName(package.Path)}'");
            debs[i] = await file.FetchAsync([.. mirrors.Select(mirror => $"{mirror.TrimEnd('/')}/{package.Path.Replace("+", "%2b", StringComparison.Ordinal)}")], now).ConfigureAwait(false);
        }).ConfigureAwait(false);
        return debs;
    }

    private static async Task UnpackAsync(IReadOnlyList<string> debs, string into, CancellationToken cancellation)
    {
        Directory.CreateDirectory(into);
        foreach (var deb in debs)
        {
            using var process = Process.Start(new ProcessStartInfo("dpkg-deb", ["--extract", deb, into]) { RedirectStandardError = true })!;
            var said = await process.StandardError.ReadToEndAsync(cancellation).ConfigureAwait(false);
            await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
            if (process.ExitCode != 0)
            {
                throw new RayshardException(ExitCode.MachineLacks, $"'{deb}' can't be unpacked into '{into}': {said.Trim().ReplaceLineEndings(" ")}");
            }
        }

        foreach (var name in s_merged.Where(name => Directory.Exists(Path.Combine(into, "usr", name)) && !Directory.Exists(Path.Combine(into, name))))
        {
            File.CreateSymbolicLink(Path.Combine(into, name), Path.Combine("usr", name));
        }
    }
}
