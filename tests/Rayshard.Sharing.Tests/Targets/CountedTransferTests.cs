using System.Diagnostics;
using System.Globalization;
using Rayshard.Sharing.Targets;

namespace Rayshard.Sharing.Tests.Targets;

/// <summary>
/// What travels, counted by nginx, which stands before the server. Kill -9 at a random moment, both ways: what travels again is at most what was under
/// way. Two moments each way, or as many as RAYSHARD_SOAK says; what each one cost stands in the output of the test.
/// </summary>
[Collection(nameof(S3Server))]
public sealed class CountedTransferTests(S3Server server) : IDisposable
{
    private const int Streams = 4;
    private const int Shards = 4;

    // Heads of requests and answers, and what is asked before a file is sent.
    private const long Overhead = 1 << 20;

    private readonly Workshop _shop = new(lights: 1);

    private static int Moments => int.TryParse(Environment.GetEnvironmentVariable("RAYSHARD_SOAK"), CultureInfo.InvariantCulture, out var moments) ? moments : 2;

    [Fact]
    public async Task To_and_from_a_bucket_at_most_a_chunk_of_each_stream_travels_twice()
    {
        using var proxy = Peer.Proxy(new Uri(server.Endpoint).Authority, _shop["proxy"]);
        await CampaignAsync(proxy, () => $"s3:{S3Server.Bucket}/killed/{Guid.NewGuid():N}", isWholeFileLost: false);
    }

    [Fact]
    public async Task To_a_registry_that_forgets_what_was_cut_at_most_the_files_under_way_do()
    {
        // docker-registry 2.8 gives an upload up when its size is another than the client's last address of it says.
        using var registry = Peer.Registry(_shop["registry"]);
        using var proxy = Peer.Proxy(registry.Host, _shop["proxy"]);
        await CampaignAsync(proxy, () => $"oci:{proxy.Host}/killed/{Guid.NewGuid():N}:v1", isWholeFileLost: true);
    }

    [Fact]
    public async Task Pushing_an_experiment_that_grew_by_a_tenth_sends_a_tenth()
    {
        // Ten shards of 2.5 MB, then eleven.
        using var shop = Shop(11, side: 300);
        using var registry = Peer.Registry(_shop["registry"]);
        var servers = new (Peer Proxy, Func<Peer, string> Place)[]
        {
            (Peer.Proxy(registry.Host, _shop["proxy"]), proxy => $"oci:{proxy.Host}/grown/it:v1"),
            (Peer.Proxy(new Uri(server.Endpoint).Authority, _shop["proxy"]), _ => $"s3:{S3Server.Bucket}/grown/{Guid.NewGuid():N}"),
        };
        var (few, all) = (shop.Bundle("few", new() { Frames = "0-9" }), shop.Bundle("all"));
        foreach (var (proxy, placeOf) in servers)
        {
            using (proxy)
            {
                var place = placeOf(proxy);
                var begun = Logged();
                await FinishAsync(proxy, "push", place, few.Folder);
                var first = Logged();
                await FinishAsync(proxy, "push", place, all.Folder);

                Assert.InRange((Logged().Requests - first.Requests) / (double)(first.Requests - begun.Requests), 0.095, 0.11);
            }
        }
    }

    public void Dispose() => _shop.Dispose();

    private async Task CampaignAsync(Peer proxy, Func<string> placeOf, bool isWholeFileLost)
    {
        // Two chunks and a bit in each shard.
        using var shop = Shop(Shards, side: 1100);
        var bundle = shop.Bundle();
        var total = bundle.Head.Files.Sum(file => file.Bytes);
        Assert.True(total > Shards * 2L * Departure.ChunkBytes, $"{total}");
        var lostOfAFile = isWholeFileLost ? bundle.Head.Files.Max(file => file.Bytes) : Departure.ChunkBytes;
        var random = new Random(Seed: 20);
        var (push, pull) = await TravelledAsync(proxy, placeOf(), bundle, null);
        Assert.InRange(push.Requests, total, total + Overhead);
        Assert.InRange(pull.Answers, total, total + Overhead);
        for (var (cuts, rounds) = (0, 1); cuts < Moments; rounds++)
        {
            Assert.True(rounds <= 3 * Moments, "most were done before they were killed");
            var (sent, fetched) = await TravelledAsync(proxy, placeOf(), bundle, random);
            var (sentAgain, fetchedAgain) = (sent.Requests - push.Requests, fetched.Answers - pull.Answers);
            TestContext.Current.TestOutputHelper!.WriteLine(string.Create(CultureInfo.InvariantCulture, $"push {sent.Killed}, chunks again: {Chunks(sentAgain)}; pull {fetched.Killed}, {Chunks(fetchedAgain)}"));
            Assert.InRange(sentAgain, -Overhead, Overhead + (Streams * lostOfAFile));
            Assert.InRange(fetchedAgain, -Overhead, Overhead + (Streams * (long)Departure.ChunkBytes));
            cuts += sent.Killed[0] == 'k' && fetched.Killed[0] == 'k' ? 1 : 0;
        }
    }

    private static Workshop Shop(int shards, int side) => new(lights: shards, side: side, framesPerShard: 1, with: experiment => experiment with { Parameters = [experiment.Parameters[0]] });

    private static string Chunks(long bytes) => (bytes / (double)Departure.ChunkBytes).ToString("0.00", CultureInfo.InvariantCulture);

    private readonly record struct Travelled(long Requests, long Answers, string Killed);

    private async Task<(Travelled Push, Travelled Pull)> TravelledAsync(Peer proxy, string place, Bundle bundle, Random? random)
    {
        var push = await TravelledAsync(proxy, "push", place, bundle.Folder, bundle, random);
        var pull = await TravelledAsync(proxy, "pull", place, _shop["pulled"], bundle, random);
        Assert.Equal("", Workshop.Run("/", "diff", "--recursive", bundle.Folder, _shop["pulled"]));
        Directory.Delete(_shop["pulled"], recursive: true);
        return (push, pull);
    }

    // Killed where a random source is given, and brought to its end.
    private async Task<Travelled> TravelledAsync(Peer proxy, string verb, string place, string folder, Bundle bundle, Random? random)
    {
        var before = Logged();
        var killed = "not killed";
        if (random is not null)
        {
            var share = 0.9 * random.NextDouble();
            var bytes = (long)(share * bundle.Head.Files.Sum(file => file.Bytes));
            using var host = Start(proxy, verb, place, folder);
            while (await host.StandardOutput.ReadLineAsync() is { } line && long.Parse(line, CultureInfo.InvariantCulture) < bytes)
            {
            }

            // A push hears of whole chunks, so it is killed some way into the next ones.
            await Task.Delay(verb == "push" ? random.Next(200) : 0);
            host.Kill();
            await host.WaitForExitAsync();
            killed = string.Create(CultureInfo.InvariantCulture, $"{(host.ExitCode == 0 ? "done before" : "killed")} at {share:0%}");
        }

        await FinishAsync(proxy, verb, place, folder);
        var after = Logged();
        return new(after.Requests - before.Requests, after.Answers - before.Answers, killed);
    }

    private (long Requests, long Answers) Logged()
    {
        var path = _shop["proxy/bytes.log"];
        var lines = !File.Exists(path) ? [] : File.ReadAllLines(path).Select(line => line.Split(' ')).ToList();
        return (lines.Sum(line => long.Parse(line[0], CultureInfo.InvariantCulture)), lines.Sum(line => long.Parse(line[1], CultureInfo.InvariantCulture)));
    }

    private async Task FinishAsync(Peer proxy, string verb, string place, string folder)
    {
        using var host = Start(proxy, verb, place, folder);
        var error = host.StandardError.ReadToEndAsync();
        await host.StandardOutput.ReadToEndAsync();
        await host.WaitForExitAsync();
        Assert.True(host.ExitCode == 0, await error);
    }

    private Process Start(Peer proxy, string verb, string place, string folder) => Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "ShareHost"), [verb, place, folder, _shop["state"]])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        Environment = { ["AWS_ENDPOINT_URL"] = $"http://{proxy.Host}" },
    })!;
}
