using System.Diagnostics;
using System.Globalization;
using Rayshard.Sharing.Targets;

namespace Rayshard.Sharing.Tests.Targets;

/// <summary>
/// What travels, counted by nginx, which stands before the server. Kill -9 at a random moment, both ways: what travels again is at most what was under
/// way. Three moments each way; as many as RAYSHARD_SOAK says in a long campaign.
/// </summary>
public sealed class CountedTransferTests(S3Server server) : IClassFixture<S3Server>, IDisposable
{
    private const int Streams = 4;
    private const int Shards = 5;

    // Heads of requests and answers, and what is asked before a file is sent.
    private const long Overhead = 1 << 20;

    // Two chunks and a bit each.
    private readonly Workshop _shop = new(lights: Shards, side: 1100, framesPerShard: 1, with: experiment => experiment with { Parameters = [experiment.Parameters[0]] });

    private readonly Dictionary<string, TimeSpan> _taken = [];

    private static int Moments => int.TryParse(Environment.GetEnvironmentVariable("RAYSHARD_SOAK"), CultureInfo.InvariantCulture, out var moments) ? moments : 3;

    [Fact]
    public async Task To_and_from_a_bucket_at_most_a_chunk_of_each_stream_travels_twice()
    {
        using var proxy = Peer.Proxy(new Uri(server.Endpoint).Authority, _shop["proxy"]);
        await CampaignAsync(proxy, round => $"s3:{S3Server.Bucket}/killed/{Guid.NewGuid():N}/{round}", lostOfAFile: Departure.ChunkBytes);
    }

    [Fact]
    public async Task To_a_registry_that_forgets_what_was_cut_at_most_the_files_under_way_do()
    {
        // docker-registry 2.8 gives an upload up when its size is another than the client's last address of it says.
        using var registry = Peer.Registry(_shop["registry"]);
        using var proxy = Peer.Proxy(registry.Host, _shop["proxy"]);
        await CampaignAsync(proxy, round => $"oci:{proxy.Host}/killed/round{round}:v1", lostOfAFile: _shop.Bundle().Head.Files.Max(file => file.Bytes));
    }

    [Fact]
    public async Task Pushing_an_experiment_that_grew_by_a_tenth_sends_a_tenth()
    {
        // Ten shards of 2.5 MB, then eleven.
        using var shop = new Workshop(lights: 11, side: 300, framesPerShard: 1, with: experiment => experiment with { Parameters = [experiment.Parameters[0]] });
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
                var first = await TravelledAsync(proxy, "push", place, few.Folder, new());
                _taken.Clear();
                var second = await TravelledAsync(proxy, "push", place, all.Folder, new());
                _taken.Clear();

                Assert.InRange(second.Requests / (double)first.Requests, 0.095, 0.11);
            }
        }
    }

    public void Dispose() => _shop.Dispose();

    private async Task CampaignAsync(Peer proxy, Func<int, string> placeOf, long lostOfAFile)
    {
        var bundle = _shop.Bundle();
        var total = bundle.Head.Files.Sum(file => file.Bytes);
        Assert.True(total > Shards * 2L * Departure.ChunkBytes, $"{total}");
        var random = new Random(Seed: 20);
        for (var round = 0; round <= Moments; round++)
        {
            var place = placeOf(round);
            var sent = await TravelledAsync(proxy, "push", place, bundle.Folder, random);
            var fetched = await TravelledAsync(proxy, "pull", place, _shop["pulled"], random);

            Assert.InRange(sent.Requests, total, total + Overhead + (round == 0 ? 0 : Streams * lostOfAFile));
            Assert.InRange(fetched.Answers, total, total + Overhead + (round == 0 ? 0 : Streams * (long)Departure.ChunkBytes));
            Assert.Equal("", Workshop.Run("/", "diff", "--recursive", bundle.Folder, _shop["pulled"]));
            Directory.Delete(_shop["pulled"], recursive: true);
        }
    }

    // The first round is not killed, and shows how long one takes.
    private async Task<(long Requests, long Answers)> TravelledAsync(Peer proxy, string verb, string place, string folder, Random random)
    {
        var before = Logged();
        if (_taken.TryGetValue(verb, out var taken))
        {
            using var killed = Start(proxy, verb, place, folder);
            await killed.StandardOutput.ReadLineAsync();
            await Task.Delay(taken * random.NextDouble());
            killed.Kill();
            await killed.WaitForExitAsync();
        }

        using var host = Start(proxy, verb, place, folder);
        await host.StandardOutput.ReadLineAsync();
        var begun = Stopwatch.GetTimestamp();
        var error = host.StandardError.ReadToEndAsync();
        await host.WaitForExitAsync();
        Assert.True(host.ExitCode == 0, await error);
        _taken.TryAdd(verb, Stopwatch.GetElapsedTime(begun));
        var after = Logged();
        return (after.Requests - before.Requests, after.Answers - before.Answers);
    }

    private (long Requests, long Answers) Logged()
    {
        var path = _shop["proxy/bytes.log"];
        var lines = !File.Exists(path) ? [] : File.ReadAllLines(path).Select(line => line.Split(' ')).ToList();
        return (lines.Sum(line => long.Parse(line[0], CultureInfo.InvariantCulture)), lines.Sum(line => long.Parse(line[1], CultureInfo.InvariantCulture)));
    }

    private Process Start(Peer proxy, string verb, string place, string folder) => Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "ShareHost"), [verb, place, folder, _shop["state"]])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        Environment = { ["AWS_ENDPOINT_URL"] = $"http://{proxy.Host}" },
    })!;
}
