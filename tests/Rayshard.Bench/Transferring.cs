using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Rayshard.Sharing;
using Rayshard.Sharing.Targets;

namespace Rayshard.Bench;

/// <summary>A bundle of one shard goes to a registry and a folder of this machine, and back; beside it <c>cp</c> and SHA-256 of the same bytes.</summary>
internal sealed class Transferring(string root, Storing storing)
{
    private const string Registry = "/usr/bin/docker-registry";

    /// <summary>What is measured; the last two only where there is a registry.</summary>
    public static IReadOnlyList<string> Ways { get; } = ["push_folder", "pull_folder", "push_registry", "pull_registry"];

    /// <summary>Whether there is a registry to measure with.</summary>
    public static bool HasRegistry => File.Exists(Registry);

    public Contender Contender => new("share", RunAsync);

    private async Task<Dictionary<string, double>> RunAsync(string folder)
    {
        var (store, experiment, _) = storing.Shard(folder);
        var request = new BundleRequest
        {
            Experiment = experiment with { About = new() { License = "CC0-1.0", Authors = [new("Rayshard")], Published = "2026-11-25" } },
            SceneFolder = Path.Combine(root, "tests", "Rayshard.Bench", "turning-cube"),
            StoreFolder = store,
            BlenderFolder = Path.Combine(root, "blender"),
        };
        var bundle = await new Bundler(request).WriteAsync(Path.Combine(folder, "bundle"), CancellationToken.None);
        var measured = new Dictionary<string, double>();
        var megabytes = bundle.Head.Manifest.Bytes / 1e6;

        async Task TimedAsync(string name, Func<Task> run)
        {
            var begun = Stopwatch.GetTimestamp();
            await run();
            measured[$"{name}_mb_per_s"] = megabytes / Stopwatch.GetElapsedTime(begun).TotalSeconds;
        }

        async Task BothWaysAsync(string name, string reference)
        {
            using var target = SharingTarget.Open(reference, "to", Path.Combine(folder, "uploads"));
            await TimedAsync($"push_{name}", () => BundleTransfer.PushAsync(bundle, target, null, CancellationToken.None));
            await TimedAsync($"pull_{name}", () => BundleTransfer.PullAsync(target, reference, Path.Combine(folder, $"from-{name}"), null, CancellationToken.None));
            Directory.Delete(Path.Combine(folder, $"from-{name}"), recursive: true);
        }

        await TimedAsync("cp_sha256", () => CopyAndHashAsync(bundle, Path.Combine(folder, "copy")));
        Directory.Delete(Path.Combine(folder, "copy"), recursive: true);
        await BothWaysAsync("folder", $"folder:{Path.Combine(folder, "there")}");
        if (HasRegistry)
        {
            using var registry = Serve(Path.Combine(folder, "registry"), out var host);
            try
            {
                await BothWaysAsync("registry", $"oci:{host}/bench/share:v1");
            }
            finally
            {
                registry.Kill();
                await registry.WaitForExitAsync();
            }
        }

        return measured;
    }

    private static async Task CopyAndHashAsync(Bundle bundle, string copy)
    {
        using var cp = Process.Start("cp", ["--recursive", "--reflink=never", bundle.Folder, copy]);
        await cp.WaitForExitAsync();
        foreach (var file in bundle.Head.Manifest.Files)
        {
            if (Digest.OfFile(Path.Combine(copy, file.Name)) != file.Sha256)
            {
                throw new RayshardException(ExitCode.Failed, $"{copy}: cp made something else");
            }
        }
    }

    private static Process Serve(string folder, out string host)
    {
        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            host = ((IPEndPoint)listener.LocalEndpoint).ToString();
        }

        Directory.CreateDirectory(folder);
        var config = Path.Combine(folder, "registry.yml");
        File.WriteAllText(config, string.Create(CultureInfo.InvariantCulture, $$"""
            version: 0.1
            log: {level: error, accesslog: {disabled: true} }
            storage: {filesystem: {rootdirectory: {{folder}}/blobs} }
            http: {addr: "{{host}}", secret: fixed}

            """));
        var process = Process.Start(new ProcessStartInfo(Registry, ["serve", config]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        _ = process.StandardError.ReadToEndAsync();
        _ = process.StandardOutput.ReadToEndAsync();
        for (var begun = Stopwatch.GetTimestamp(); !Listens(host); Thread.Sleep(20))
        {
            if (process.HasExited || Stopwatch.GetElapsedTime(begun) > TimeSpan.FromSeconds(30))
            {
                throw new RayshardException(ExitCode.Failed, "docker-registry does not listen");
            }
        }

        return process;
    }

    private static bool Listens(string host)
    {
        try
        {
            using var client = new TcpClient();
            client.Connect(IPEndPoint.Parse(host));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
