using Microsoft.Data.Sqlite;
using Rayshard.Storage;
using Xunit;

namespace Rayshard.Tests.Storage;

public sealed class CatalogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StoredExperiment _stored;

    public CatalogTests()
    {
        Synthetic.RenderedStore(_folder, Synthetic.Experiment(lights: 3, name: "first"));
        _stored = Synthetic.RenderedStore(_folder);
    }

    public static TheoryData<string> Damages => ["deleted", "empty", "garbage", "half", "flipped page", "older version", "another program's", "without shards", "without view", "run missing", "rows missing", "shard forgotten", "shard that is gone", "stale journal"];

    private string Catalog => _folder["catalog.sqlite"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Damages))]
    public void Whatever_becomes_of_it_the_catalog_comes_back_the_same(string damage)
    {
        var whole = Dump();
        Assert.Equal(5 + 16, whole.Count);
        Damage(damage);
        using (var readOnly = Store.OpenReadOnly(_folder.Path))
        {
            using var found = readOnly.TryFind(_stored.Plan.At(9).Key);
            Assert.NotNull(found);
        }

        using (var store = Store.Open(_folder.Path))
        {
            for (var index = 0; index < _stored.Plan.Count; index++)
            {
                using var found = store.TryFind(_stored.Plan.At(index).Key);
                Assert.NotNull(found);
            }
        }

        Assert.Equal(whole, Dump());
        Assert.Empty(new Verifier(_folder.Path).Run());
    }

    [Fact]
    public void A_shard_that_was_added_removed_or_replaced_is_noticed()
    {
        var whole = Dump();
        File.Move(_stored.ShardPath(1), _folder["aside"]);
        Open();
        Assert.Equal(whole.Count - 5, Dump().Count);
        File.Move(_folder["aside"], _stored.ShardPath(1));
        Open();
        Assert.Equal(whole, Dump());
        File.Delete(_stored.ShardPath(1));
        Synthetic.RenderedStore(_folder, _stored.Experiment);
        Assert.Equal(whole, Dump());
    }

    [Fact]
    public void A_catalog_of_an_older_version_is_no_fault_of_the_store()
    {
        Damage("older version");
        Assert.Empty(new Verifier(_folder.Path).Run());
    }

    [Fact]
    public void A_catalog_that_another_process_locks_is_waited_for_and_then_named()
    {
        using var other = new SqliteConnection($"Data Source={Catalog};Pooling=False");
        other.Open();
        using var command = other.CreateCommand();
        command.CommandText = "BEGIN EXCLUSIVE";
        command.ExecuteNonQuery();
        var busy = Assert.Throws<StoreBusyException>(() => Store.Open(_folder.Path));
        Assert.Contains("catalog.sqlite", busy.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_writer_is_told_who_is_busy_and_a_reader_is_not()
    {
        using (Store.Open(_folder.Path))
        {
            var busy = Assert.Throws<StoreBusyException>(() => Store.Open(_folder.Path));
            Assert.Equal((ExitCode.Busy, Environment.ProcessId), (busy.ExitCode, busy.ProcessId));
            Assert.Contains("store.lock", busy.Message, StringComparison.Ordinal);
            using var reader = Store.OpenReadOnly(_folder.Path);
            Assert.Throws<InvalidOperationException>(() => reader.OpenShard(_stored.Experiment, _stored.Plan, 0));
        }

        Open();
    }

    private void Open() => Store.Open(_folder.Path).Dispose();

    private List<string> Dump()
    {
        using var catalog = Rayshard.Storage.Catalog.TryOpenReadOnly(Catalog)!;
        return [.. catalog.Dump()];
    }

    private void Damage(string damage)
    {
        var bytes = File.ReadAllBytes(Catalog);
        switch (damage)
        {
            case "deleted":
                File.Delete(Catalog);
                break;
            case "empty":
                File.WriteAllBytes(Catalog, []);
                break;
            case "garbage":
                new Random(1).NextBytes(bytes);
                File.WriteAllBytes(Catalog, bytes);
                break;
            case "half":
                File.WriteAllBytes(Catalog, bytes[..(bytes.Length / 2)]);
                break;
            case "flipped page":
                bytes.AsSpan(bytes.Length - 4096).Fill(0xff);
                File.WriteAllBytes(Catalog, bytes);
                break;
            case "stale journal":
                File.WriteAllBytes(Catalog + "-journal", bytes);
                File.Delete(Catalog);
                break;
            default:
                Query(damage switch
                {
                    "older version" => "DROP VIEW frames; CREATE TABLE frames (frame BLOB PRIMARY KEY, shard INTEGER) WITHOUT ROWID; PRAGMA user_version = 1",
                    "another program's" => "PRAGMA application_id = 1",
                    "without shards" => "DROP TABLE shards",
                    "without view" => "DROP VIEW frames",
                    "run missing" => "DROP TABLE frames_5_10",
                    "rows missing" => "DELETE FROM frames_5_10 WHERE place = 0",
                    "shard forgotten" => "DELETE FROM shards WHERE file LIKE '%000001.tar'",
                    _ => "INSERT INTO shards VALUES ('first-000000000000', 'first-000000.tar', 99, 1, zeroblob(32), 0)",
                });
                break;
        }
    }

    private void Query(string query)
    {
        using var connection = new SqliteConnection($"Data Source={Catalog};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = query;
        Assert.Equal(query[..6] is "DELETE" or "INSERT", command.ExecuteNonQuery() > 0);
    }
}
