using System.Numerics;
using Microsoft.Data.Sqlite;
using Rayshard.Storage;
using Xunit;

namespace Rayshard.Tests.Storage;

public sealed class CatalogRunsTests : IDisposable
{
    private const int Shards = 90;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_frame_is_found_in_every_shard_that_holds_it_however_many_there_are()
    {
        using var catalog = Catalog.Open(_folder["catalog.sqlite"]);
        for (var shard = 0; shard < Shards; shard++)
        {
            Put(catalog, shard);
            Assert.Equal(2L * (shard + 1), catalog.Count());
            Assert.Equal(Enumerable.Range(0, shard + 1).Select(Name), catalog.Find(Digest.Of("in all")).Select(found => found.File));
            for (var earlier = 0; earlier <= shard; earlier++)
            {
                Assert.Equal(("folder", Name(earlier), Own(earlier)), Assert.Single(catalog.Find(Digest.Of(Name(earlier)))));
            }
        }

        Assert.Empty(catalog.Find(Digest.Of(Name(Shards))));
    }

    [Fact]
    public void Runs_are_few_for_a_lookup_asks_each()
    {
        for (var shard = 0; shard < Shards; shard++)
        {
            using (var catalog = Catalog.Open(_folder["catalog.sqlite"]))
            {
                Put(catalog, shard);
            }

            // As many as the binary number of the shards has ones; the empty run of the beginning goes with the first merge.
            Assert.Equal(BitOperations.PopCount((uint)shard + 1) + (shard == 0 ? 1 : 0), Runs().Count);
        }
    }

    [Fact]
    public void Runs_are_few_whatever_the_size_of_the_shards()
    {
        var random = new Random(5);
        for (var shard = 0; shard < Shards; shard++)
        {
            using (var catalog = Catalog.Open(_folder["catalog.sqlite"]))
            {
                Put(catalog, shard, others: random.Next(2) * random.Next(60));
            }

            var runs = Runs();
            for (var i = 1; i < runs.Count; i++)
            {
                Assert.True(runs[i] > runs[..i].Sum(), $"{shard + 1} shards: {string.Join(' ', runs)}");
            }
        }
    }

    [Fact]
    public void A_run_that_is_large_is_merged_no_more()
    {
        using var connection = new SqliteConnection($"Data Source={_folder["catalog.sqlite"]};Pooling=False");
        connection.Open();
        var runs = new CatalogRuns(connection, mostRows: 16);
        runs.Create();
        for (var shard = 0; shard < Shards; shard++)
        {
            runs.Add(shard, Frames(shard, others: 0));
        }

        // 11 times 8 shards, and 2.
        Assert.Equal([4, .. Enumerable.Repeat(16L, 11)], Runs());
    }

    [Fact]
    public void A_shard_that_is_refused_leaves_all_as_it_was()
    {
        using var catalog = Catalog.Open(_folder["catalog.sqlite"]);
        for (var shard = 0; shard < 7; shard++)
        {
            Put(catalog, shard);
        }

        var whole = catalog.Dump();
        var twice = Frames(7, others: 0);
        Assert.Throws<UnusableStoreException>(() => catalog.Put("folder", Shard(7), [.. twice, .. twice]));
        Assert.Equal(whole, catalog.Dump());
        Assert.Empty(catalog.Find(Digest.Of(Name(7))));
        Put(catalog, 7);
        Assert.Equal(Own(7), Assert.Single(catalog.Find(Digest.Of(Name(7)))).Row);
        Assert.Equal([16], Runs());
    }

    [Fact]
    public void A_shard_is_forgotten_and_replaced_in_whatever_run_its_frames_are()
    {
        using var catalog = Catalog.InMemory();
        foreach (var shard in Enumerable.Range(0, Shards))
        {
            Put(catalog, shard);
        }

        var whole = catalog.Dump();
        foreach (var shard in new[] { 0, 40, Shards - 1 })
        {
            catalog.Drop("folder", Name(shard));
            Assert.Empty(catalog.Find(Digest.Of(Name(shard))));
            Assert.DoesNotContain(catalog.Find(Digest.Of("in all")), found => found.File == Name(shard));
            Put(catalog, shard);
            Put(catalog, shard);
            Assert.Equal(Own(shard), Assert.Single(catalog.Find(Digest.Of(Name(shard)))).Row);
        }

        Assert.Equal(whole, catalog.Dump());
    }

    [Fact]
    public void The_order_in_which_shards_came_is_not_to_be_seen()
    {
        using var forward = Catalog.InMemory();
        using var backward = Catalog.InMemory();
        for (var shard = 0; shard < Shards; shard++)
        {
            Put(forward, shard);
            Put(backward, Shards - 1 - shard);
        }

        Assert.Equal(3 * Shards, forward.Dump().Count);
        Assert.Equal(forward.Dump(), backward.Dump());
    }

    [Fact]
    public async Task One_who_reads_meanwhile_waits_and_sees_runs_come_and_go()
    {
        using var catalog = Catalog.Open(_folder["catalog.sqlite"]);
        Put(catalog, 0);
        var stored = 1;
        var reading = Task.Run(() =>
        {
            using var reader = Catalog.TryOpenReadOnly(_folder["catalog.sqlite"])!;
            for (var before = 0; before < Shards;)
            {
                before = Volatile.Read(ref stored);
                Assert.Single(reader.Find(Digest.Of(Name(before - 1))));
                Assert.InRange(reader.Find(Digest.Of("in all")).Count, before, Shards);
            }
        });
        for (var shard = 1; shard < Shards; shard++)
        {
            Put(catalog, shard);
            Volatile.Write(ref stored, shard + 1);
        }

        await reading;
    }

    private static string Name(int shard) => $"s-{shard:D6}.tar";

    private static FrameRow Own(int shard) => new(2 * shard, Digest.Of("record " + shard), 512L * shard);

    private static SealedShard Shard(int shard) => new(Name(shard), 1000 + shard, Digest.Of("manifest " + shard), 2 * shard, 2, 2);

    // A frame of its own, one that every shard has, and others.
    private static List<FrameEntry> Frames(int shard, int others) =>
    [
        new(2 * shard, Digest.Of(Name(shard)), Digest.Of("record " + shard), 512L * shard, 1, 0, default),
        new(2 * shard + 1, Digest.Of("in all"), Digest.Of("record of all"), 512L * shard + 256, 1, 0, default),
        .. Enumerable.Range(0, others).Select(i => new FrameEntry(1000 + i, Digest.Of($"other {i} of {shard}"), Digest.Of("another"), 0, 1, 0, default)),
    ];

    private static void Put(Catalog catalog, int shard, int others = 0) => catalog.Put("folder", Shard(shard), Frames(shard, others));

    // Their rows, the fewest first.
    private List<long> Runs()
    {
        using var connection = new SqliteConnection($"Data Source={_folder["catalog.sqlite"]};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 'frames%'";
        using var rows = command.ExecuteReader();
        var runs = new List<long>();
        while (rows.Read())
        {
            using var count = connection.CreateCommand();
            count.CommandText = $"SELECT count(*) FROM {rows.GetString(0)}";
            runs.Add((long)count.ExecuteScalar()!);
        }

        return [.. runs.Order()];
    }
}
