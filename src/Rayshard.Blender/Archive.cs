namespace Rayshard.Blender;

/// <summary>Brings and unpacks a toolchain that comes as an archive, as blender.org gives them: <c>blender-X.Y.Z-linux-x64.tar.xz</c>.</summary>
internal sealed class Archive : IProvider
{
    /// <inheritdoc/>
    public async Task<Installation> ProvisionAsync(ToolchainPin pin, ToolchainOptions options, CancellationToken now)
    {
        var root = RootOf(pin, options);
        var executable = Path.Combine(root, "blender");
        if (File.Exists(executable))
        {
            return Installation.OnMachine(executable);
        }

        using var file = new PinnedFile(Path.Combine(options.StateFolder, "archives"), Digest.Parse(pin.Sha256), $"toolchain '{pin.Id}'");
        var archive = await file.FetchAsync(pin.Urls, now).ConfigureAwait(false);
        var partial = $"{root}.{Environment.ProcessId}.partial";
        Directory.CreateDirectory(partial);
        try
        {
            await UnpackAsync(archive, partial, pin, now).ConfigureAwait(false);
            if (!File.Exists(Path.Combine(partial, "blender")))
            {
                throw new RayshardException(ExitCode.MachineLacks, $"toolchain '{pin.Id}': the archive holds no 'FOLDER/blender': is it a Linux build of Blender?");
            }

            Directory.Move(partial, root);
        }
        catch (IOException) when (File.Exists(executable))
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

        return Installation.OnMachine(executable);
    }

    /// <inheritdoc/>
    public Task<bool> IsHereAsync(ToolchainPin pin, ToolchainOptions options, CancellationToken now) => Task.FromResult(File.Exists(Path.Combine(RootOf(pin, options), "blender")));

    private static string RootOf(ToolchainPin pin, ToolchainOptions options) => Path.Combine(options.StateFolder, "roots", $"{pin.Id}-{pin.Sha256[..12]}");

    private static async Task UnpackAsync(string archive, string into, ToolchainPin pin, CancellationToken cancellation)
    {
        // GNU tar refuses names that lead out of the folder, and knows xz, gz and zstd by their first bytes. It has passed its SHA-256 by now.
        var tar = await Tool.RunAsync(["tar", "-x", "-f", archive, "-C", into, "--strip-components=1", "--no-same-owner"], cancellation).ConfigureAwait(false);
        if (tar.Code != 0)
        {
            throw new RayshardException(ExitCode.MachineLacks, $"toolchain '{pin.Id}': the archive can't be unpacked into '{into}': {tar.Error}; for .xz: sudo apt-get install xz-utils");
        }
    }
}
