using Microsoft.Data.Sqlite;
using SQLitePCL;
using static System.FormattableString;

namespace Rayshard.Storage;

/// <summary>
/// The frames of a catalog: a view, <c>frames</c>, of sorted runs. Each run is a table that is written once, in the order of its keys: a
/// shard's frames, or what two runs of one level were merged into. In a single table each new frame, its key being a digest, comes to rewrite
/// a page of its own: 31 us a frame at 6 x 10^6 of them, where runs take 4. Their number is the logarithm of that of the shards at most; a
/// lookup asks each, 3 us apiece.
/// </summary>
internal sealed class CatalogRuns(SqliteConnection connection)
{
    /// <summary>Makes the tables of an empty catalog.</summary>
    public void Create()
    {
        Execute("CREATE TABLE runs (run INTEGER PRIMARY KEY, level INTEGER NOT NULL)");
        Begin(level: 0); // Empty, so that there is something to view.
        View();
    }

    /// <summary>Takes a shard's frames in. The caller begins and commits the transaction.</summary>
    public void Add(long shard, IReadOnlyList<FrameEntry> frames)
    {
        Insert(Begin(level: 0), shard, frames);
        Merge();
        View();
    }

    /// <summary>Forgets a shard's frames. Scans all runs: shards are replaced seldom, and an index by shard would cost every row 16 bytes.</summary>
    public void Remove(long shard)
    {
        foreach (var run in Runs("SELECT run FROM runs"))
        {
            Execute(Invariant($"DELETE FROM frames_{run} WHERE shard = {shard}"));
        }
    }

    private long Begin(int level)
    {
        var run = Runs(Invariant($"INSERT INTO runs (level) VALUES ({level}) RETURNING run"))[0];
        Execute(Invariant($"""
            CREATE TABLE frames_{run} (frame BLOB NOT NULL, shard INTEGER NOT NULL, place INTEGER NOT NULL, record BLOB NOT NULL,
                byte INTEGER NOT NULL, PRIMARY KEY (frame, shard)) WITHOUT ROWID
            """));
        return run;
    }

    // By SQLite's own calls: a command's objects are 1 KB of garbage for each row, 50 MB at the seal of a shard of small frames.
    private void Insert(long run, long shard, IReadOnlyList<FrameEntry> frames)
    {
        var database = connection.Handle!;
        Check(raw.sqlite3_prepare_v2(database, Invariant($"INSERT INTO frames_{run} (frame, shard, place, record, byte) VALUES (?, ?, ?, ?, ?)"), out var insert));
        using (insert)
        {
            Check(raw.sqlite3_bind_int64(insert, 2, shard));

            // By key: a B-tree that is filled in its own order is only appended to.
            foreach (var entry in frames.OrderBy(entry => entry.Frame))
            {
                Check(raw.sqlite3_bind_blob(insert, 1, entry.Frame.Bytes));
                Check(raw.sqlite3_bind_int64(insert, 3, entry.Index));
                Check(raw.sqlite3_bind_blob(insert, 4, entry.Record.Bytes));
                Check(raw.sqlite3_bind_int64(insert, 5, entry.Offset));
                raw.sqlite3_step(insert);
                Check(raw.sqlite3_reset(insert));
            }
        }

        void Check(int code) => SqliteException.ThrowExceptionForRC(code, database);
    }

    // As one carries in a binary count: of each level there is one run at most, and all that are carried are merged at once.
    private void Merge()
    {
        List<long> carried = [];
        var level = 0;
        while (Runs(Invariant($"SELECT run FROM runs WHERE level = {level}")) is var runs && runs.Count > (level == 0 ? 1 : 0))
        {
            carried.AddRange(runs);
            level++;
        }

        if (carried.Count > 0)
        {
            var merged = Begin(level);
            Execute(Invariant($"INSERT INTO frames_{merged} {Union(carried)} ORDER BY frame, shard"));
            carried.ForEach(run => Execute(Invariant($"DROP TABLE frames_{run}; DELETE FROM runs WHERE run = {run}")));
        }
    }

    private void View() => Execute($"DROP VIEW IF EXISTS frames; CREATE VIEW frames AS {Union(Runs("SELECT run FROM runs"))}");

    private static string Union(IEnumerable<long> runs) =>
        string.Join(" UNION ALL ", runs.Select(run => Invariant($"SELECT frame, shard, place, record, byte FROM frames_{run}")));

    private List<long> Runs(string query)
    {
        using var command = connection.CreateCommand();
        command.CommandText = query;
        using var rows = command.ExecuteReader();
        var runs = new List<long>();
        while (rows.Read())
        {
            runs.Add(rows.GetInt64(0));
        }

        return runs;
    }

    private void Execute(string statements)
    {
        using var command = connection.CreateCommand();
        command.CommandText = statements;
        command.ExecuteNonQuery();
    }
}
