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

            // With the empty run of the beginning: as many as the binary number of the runs that came has ones.
            var runs = Query("SELECT count(*) FROM runs");
            Assert.Equal(BitOperations.PopCount((uint)shard + 2), runs);
            Assert.Equal(runs, Query("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name LIKE 'frames_%'"));
        }
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
    public void One_who_reads_meanwhile_sees_runs_come_and_go()
    {
        using var catalog = Catalog.Open(_folder["catalog.sqlite"]);
        using var reader = Catalog.TryOpenReadOnly(_folder["catalog.sqlite"])!;
        for (var shard = 0; shard < Shards; shard++)
        {
            Put(catalog, shard);
            Assert.Single(reader.Find(Digest.Of(Name(shard))));
            Assert.Equal(shard + 1, reader.Find(Digest.Of("in all")).Count);
        }
    }

    [Fact]
    public async Task One_who_reads_waits_as_long_as_all_of_a_large_catalog_takes_to_merge()
    {
        var path = _folder["catalog.sqlite"];
        Catalog.Open(path).Dispose();
        using (var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite))
        {
            RandomAccess.SetLength(file, 256 << 20);
        }

        using var writer = new SqliteConnection($"Data Source={path};Pooling=False");
        writer.Open();
        using (var command = writer.CreateCommand())
        {
            command.CommandText = "BEGIN EXCLUSIVE";
            command.ExecuteNonQuery();
        }

        var reading = Task.Run(() =>
        {
            using var reader = Catalog.TryOpenReadOnly(path)!;
            return reader.Count();
        });
        await Task.Delay(TimeSpan.FromSeconds(6)); // A small one is given up after 5.
        Assert.False(reading.IsCompleted);
        writer.Close();
        Assert.Equal(0, await reading);
    }

    private static string Name(int shard) => $"s-{shard:D6}.tar";

    private static FrameRow Own(int shard) => new(2 * shard, Digest.Of("record " + shard), 512L * shard);

    // A frame of its own, and one that every shard has.
    private static void Put(Catalog catalog, int shard) => catalog.Put("folder", new(Name(shard), 1000 + shard, Digest.Of("manifest " + shard), 2 * shard, 2, 2),
    [
        new(2 * shard, Digest.Of(Name(shard)), Digest.Of("record " + shard), 512L * shard, 1, 0, []),
        new(2 * shard + 1, Digest.Of("in all"), Digest.Of("record of all"), 512L * shard + 256, 1, 0, []),
    ]);

    private long Query(string query)
    {
        using var connection = new SqliteConnection($"Data Source={_folder["catalog.sqlite"]};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = query;
        return (long)command.ExecuteScalar()!;
    }
}
