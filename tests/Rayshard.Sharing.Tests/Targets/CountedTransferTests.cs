using System.Diagnostics;
using System.Globalization;
using Rayshard.Sharing.Targets;

namespace Rayshard.Sharing.Tests.Targets;

/// <summary>
/// What travels, counted by nginx, which stands before the server or is it, and to a folder by the kernel. Kill -9 at a random moment, both ways: what
/// travels again is at most a chunk of 16 MiB. Two moments each way, or as many as RAYSHARD_SOAK says; what each one cost stands in the output of the test.
/// </summary>
[Collection(nameof(S3Server))]
public sealed class CountedTransferTests(S3Server server) : IDisposable
{
    private const int Shards = 4;
    private const long Chunk = 16 << 20;

    // Heads of requests and answers, and what is asked before a file is sent.
    private const long Overhead = 1 << 20;

    private readonly Workshop _shop = new(lights: 1);
    private long _written;

    private static int Moments => int.TryParse(Environment.GetEnvironmentVariable("RAYSHARD_SOAK"), CultureInfo.InvariantCulture, out var moments) ? moments : 2;

    [Fact]
    public async Task To_and_from_a_bucket_at_most_a_chunk_travels_twice()
    {
        using var proxy = Peer.Proxy(new Uri(server.Endpoint).Authority, _shop["nginx"]);
        using var shop = Shop(Shards, side: 1100);
        await CampaignAsync(new(shop.Bundle(), () => $"s3:{S3Server.Bucket}/killed/{Guid.NewGuid():N}") { Endpoint = proxy.Host });
    }

    [Fact]
    public async Task From_a_web_server_at_most_a_chunk_travels_twice()
    {
        using var shop = Shop(Shards, side: 1100);
        var bundle = shop.Bundle();
        using var nginx = Peer.WebServer(bundle.Folder, _shop["nginx"]);
        await CampaignAsync(new(bundle, () => $"http://{nginx.Host}") { IsPushed = false });
    }

    [Theory]
    [InlineData("folder:{0}")]
    [InlineData("oci:{0}:v1")]
    public async Task To_and_from_a_folder_at_most_a_chunk_travels_twice(string form)
    {
        using var shop = Shop(Shards, side: 1100);
        await CampaignAsync(new(shop.Bundle(), () => string.Format(CultureInfo.InvariantCulture, form, _shop[$"{Guid.NewGuid():N}"])) { Counted = () => (_written, _written) });
    }

    [Fact]
    public async Task To_a_registry_that_forgets_what_was_cut_at_most_the_files_under_way_do()
    {
        // docker-registry 2.8 gives an upload up when its size is another than the client's last address of it says.
        using var registry = Peer.Registry(_shop["registry"]);
        using var proxy = Peer.Proxy(registry.Host, _shop["nginx"]);
        using var shop = Shop(Shards, side: 1100);
        var bundle = shop.Bundle();
        await CampaignAsync(new(bundle, () => $"oci:{proxy.Host}/killed/{Guid.NewGuid():N}:v1") { MostSentAgain = Departure.Streams * bundle.Head.Files.Max(file => file.Bytes) });
    }

    [Fact]
    public async Task Pushing_an_experiment_that_grew_by_a_tenth_sends_a_tenth()
    {
        // Ten shards of 2.5 MB, then eleven.
        using var shop = Shop(11, side: 300);
        using var registry = Peer.Registry(_shop["registry"]);
        var servers = new (Peer Proxy, Func<Peer, string> Place)[]
        {
            (Peer.Proxy(registry.Host, _shop["nginx"]), proxy => $"oci:{proxy.Host}/grown/it:v1"),
            (Peer.Proxy(new Uri(server.Endpoint).Authority, _shop["nginx"]), _ => $"s3:{S3Server.Bucket}/grown/{Guid.NewGuid():N}"),
        };
        var (few, all) = (shop.Bundle("few", new() { Frames = "0-9" }), shop.Bundle("all"));
        foreach (var (proxy, placeOf) in servers)
        {
            using (proxy)
            {
                var place = placeOf(proxy);
                var begun = Logged();
                await FinishAsync(proxy.Host, "push", place, few.Folder);
                var first = Logged();
                await FinishAsync(proxy.Host, "push", place, all.Folder);

                Assert.InRange((Logged().There - first.There) / (double)(first.There - begun.There), 0.095, 0.11);
            }
        }
    }

    public void Dispose() => _shop.Dispose();

    private async Task CampaignAsync(Route route)
    {
        var total = route.Bundle.Head.Files.Sum(file => file.Bytes);
        Assert.True(total > Shards * 2 * Chunk, $"{total}");
        var random = new Random(Seed: 20);
        var (push, pull) = await TravelledAsync(route, null);
        Assert.InRange(push.There, route.IsPushed ? total : 0, route.IsPushed ? total + Overhead : 0);
        Assert.InRange(pull.Back, total, total + Overhead);
        for (var (cuts, rounds) = (0, 1); cuts < Moments; rounds++)
        {
            Assert.True(rounds <= 3 * Moments, "most were done before they were killed");
            var (sent, fetched) = await TravelledAsync(route, random);
            var (sentAgain, fetchedAgain) = (sent.There - push.There, fetched.Back - pull.Back);
            TestContext.Current.TestOutputHelper!.WriteLine($"push {sent.Killed}, chunks again: {Chunks(sentAgain)}; pull {fetched.Killed}, {Chunks(fetchedAgain)}");
            Assert.InRange(sentAgain, -Overhead, route.MostSentAgain + Overhead);
            Assert.InRange(fetchedAgain, -Overhead, Chunk + Overhead);
            cuts += (sent.Killed[0] == 'k' || !route.IsPushed) && fetched.Killed[0] == 'k' ? 1 : 0;
        }
    }

    private static Workshop Shop(int shards, int side) => new(lights: shards, side: side, framesPerShard: 1, with: experiment => experiment with { Parameters = [experiment.Parameters[0]] });

    private static string Chunks(long bytes) => (bytes / (double)Chunk).ToString("0.00", CultureInfo.InvariantCulture);

    /// <summary>Where a bundle goes, a new place each time, and what may be lost.</summary>
    private sealed record Route(Bundle Bundle, Func<string> NewPlace)
    {
        public string Endpoint { get; init; } = "";

        public bool IsPushed { get; init; } = true;

        public long MostSentAgain { get; init; } = Chunk;

        /// <summary>What has travelled there and back; absent: what nginx counted.</summary>
        public Func<(long There, long Back)>? Counted { get; init; }
    }

    private readonly record struct Travelled(long There, long Back, string Killed);

    private async Task<(Travelled Push, Travelled Pull)> TravelledAsync(Route route, Random? random)
    {
        var place = route.NewPlace();
        var push = route.IsPushed ? await TravelledAsync(route, "push", place, route.Bundle.Folder, random) : new(0, 0, "none");
        var pull = await TravelledAsync(route, "pull", place, _shop["pulled"], random);
        Assert.Equal("", Workshop.Run("/", "diff", "--recursive", route.Bundle.Folder, _shop["pulled"]));
        Directory.Delete(_shop["pulled"], recursive: true);
        return (push, pull);
    }

    // Killed where a random source is given, and brought to its end.
    private async Task<Travelled> TravelledAsync(Route route, string verb, string place, string folder, Random? random)
    {
        var counted = route.Counted ?? Logged;
        var (before, killed) = (counted(), "not killed");
        if (random is not null)
        {
            var share = 0.9 * random.NextDouble();
            var bytes = (long)(share * route.Bundle.Head.Files.Sum(file => file.Bytes));
            using var host = Start(route.Endpoint, verb, place, folder, out var process);
            while (await host.StandardOutput.ReadLineAsync() is { } line && long.Parse(line, CultureInfo.InvariantCulture) < bytes)
            {
            }

            // A push to a server hears of whole chunks, so it is killed some way into the next ones.
            await Task.Delay(verb == "push" && route.Counted is null ? random.Next(200) : 0);
            process.Kill();
            await EndAsync(host);
            killed = string.Create(CultureInfo.InvariantCulture, $"{(host.ExitCode == 0 ? "done before" : "killed")} at {share:0%}");
        }

        await FinishAsync(route.Endpoint, verb, place, folder);
        var after = counted();
        return new(after.There - before.There, after.Back - before.Back, killed);
    }

    private (long There, long Back) Logged()
    {
        var path = _shop["nginx/bytes.log"];
        var lines = !File.Exists(path) ? [] : File.ReadAllLines(path).Select(line => line.Split(' ')).ToList();
        return (lines.Sum(line => long.Parse(line[0], CultureInfo.InvariantCulture)), lines.Sum(line => long.Parse(line[1], CultureInfo.InvariantCulture)));
    }

    private async Task FinishAsync(string endpoint, string verb, string place, string folder)
    {
        using var host = Start(endpoint, verb, place, folder, out _);
        var error = host.StandardError.ReadToEndAsync();
        await host.StandardOutput.ReadToEndAsync();
        await EndAsync(host);
        Assert.True(host.ExitCode == 0, await error);
    }

    // A shell waits for it, so that the kernel's count of what it wrote outlives it.
    private Process Start(string endpoint, string verb, string place, string folder, out Process process)
    {
        var shell = Process.Start(new ProcessStartInfo("sh", ["-c", """ "$@" & echo $!; wait $!; code=$?; cat /proc/$$/io >"$0"; exit $code """, _shop["io"], Path.Combine(AppContext.BaseDirectory, "ShareHost"), verb, place, folder, _shop["state"]])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["AWS_ENDPOINT_URL"] = $"http://{endpoint}" },
        })!;
        process = Process.GetProcessById(int.Parse(shell.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture));
        return shell;
    }

    private async Task EndAsync(Process host)
    {
        await host.WaitForExitAsync();
        var written = File.ReadLines(_shop["io"]).Single(line => line.StartsWith("wchar: ", StringComparison.Ordinal));
        _written += long.Parse(written["wchar: ".Length..], CultureInfo.InvariantCulture);
    }
}
