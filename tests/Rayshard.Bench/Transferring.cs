using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Rayshard.Sharing;
using Rayshard.Sharing.Targets;

namespace Rayshard.Bench;

/// <summary>A bundle goes to a registry and a folder of this machine, and back; beside it <c>cp</c> and SHA-256 of the same bytes, with and without <c>sync</c>.</summary>
internal sealed class Transferring(string root, Storing storing)
{
    private const string Registry = "/usr/bin/docker-registry";

    /// <summary>What is measured beside cp.</summary>
    public static IReadOnlyList<string> Ways { get; } = ["push_folder", "pull_folder", "push_registry", "pull_registry"];

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
            Touch(folder, bundle.Head.Manifest.Bytes);
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

        foreach (var (name, sync) in new[] { ("cp_sha256", false), ("cp_sync_sha256", true) })
        {
            await TimedAsync(name, () => CopyAndHashAsync(bundle, Path.Combine(folder, "copy"), sync));
            Directory.Delete(Path.Combine(folder, "copy"), recursive: true);
        }

        await BothWaysAsync("folder", $"folder:{Path.Combine(folder, "there")}");
        using var registry = Serve(Path.Combine(folder, "registry"), out var host);
        try
        {
            await TimedAsync("put_registry", () => PutAsync(bundle, host));
            await BothWaysAsync("registry", $"oci:{host}/bench/share:v1");
        }
        finally
        {
            registry.Kill();
            await registry.WaitForExitAsync();
        }

        return measured;
    }

    // As in Storing: memory that the host has taken back is several times slower at its first touch, and must not fall to whoever comes next.
    private static void Touch(string folder, long bytes)
    {
        var (path, block) = (Path.Combine(folder, "touched"), new byte[1 << 20]);
        using (var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write))
        {
            for (var at = 0L; at < bytes; at += block.Length)
            {
                RandomAccess.Write(file, block, at);
            }

            RandomAccess.FlushToDisk(file);
        }

        File.Delete(path);
    }

    // The same bytes as fast as the registry takes them: each file by one request, which nothing resumes, to a repository of its own.
    private static async Task PutAsync(Bundle bundle, string host)
    {
        using var client = new HttpClient();
        await Parallel.ForEachAsync(bundle.Head.Manifest.Files, async (file, cancellation) =>
        {
            using var begun = await client.PostAsync(new Uri($"http://{host}/v2/bench/put/blobs/uploads/"), null, cancellation);
            using var body = new StreamContent(File.OpenRead(Path.Combine(bundle.Folder, file.Name)), 1 << 20);
            using var ended = await client.PutAsync(new Uri($"{begun.Headers.Location}&digest=sha256:{file.Sha256}"), body, cancellation);
            ended.EnsureSuccessStatusCode();
        });
    }

    private static async Task CopyAndHashAsync(Bundle bundle, string copy, bool sync)
    {
        using var cp = Process.Start("cp", ["--recursive", "--reflink=never", bundle.Folder, copy]);
        await cp.WaitForExitAsync();
        if (sync)
        {
            using var flush = Process.Start("sync", [.. bundle.Head.Manifest.Files.Select(file => Path.Combine(copy, file.Name))]);
            await flush.WaitForExitAsync();
        }

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

        if (!File.Exists(Registry))
        {
            throw new RayshardException(ExitCode.MachineLacks, $"there is no {Registry}: sh blender/install.sh --bench");
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
