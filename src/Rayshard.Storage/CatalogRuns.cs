using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using static System.FormattableString;

namespace Rayshard.Storage;

/// <summary>
/// The frames of a catalog: a view, <c>frames</c>, of sorted runs. Each run is a table that is filled once, in the order of its keys, with a
/// shard's frames or those of the smaller runs that it replaces. In a single table each new frame, its key being a digest, comes to rewrite
/// a page of its own: all of storing 10^7 small frames took 322 s so, and 152 s by runs. A lookup asks each run, 3 to 10 us apiece.
/// </summary>
/// <param name="connection">The catalog's file.</param>
/// <param name="mostRows">A run of as many is merged no more: while runs are merged no frame is stored, and nobody reads. 8 x 10^6 take 10 s.</param>
internal sealed class CatalogRuns(SqliteConnection connection, long mostRows = 8 << 20)
{
    /// <summary>Makes the tables of an empty catalog.</summary>
    public void Create()
    {
        Begin(rows: 0); // So that there is something to view.
        View();
    }

    /// <summary>Takes a shard's frames in. The caller begins and commits the transaction.</summary>
    public void Add(long shard, IReadOnlyList<FrameEntry> frames)
    {
        Insert(Begin(frames.Count), shard, frames);
        Merge();
        View();
    }

    /// <summary>Forgets a shard's frames. Scans all runs: shards are replaced seldom, and an index by shard would cost every row 16 bytes.</summary>
    public void Remove(long shard) => Runs().ForEach(run => Execute(Invariant($"DELETE FROM {run.Table} WHERE shard = {shard}")));

    private Run Begin(long rows)
    {
        var run = new Run(Runs().Select(other => other.Number).DefaultIfEmpty().Max() + 1, rows);
        Execute($"""
            CREATE TABLE {run.Table} (frame BLOB NOT NULL, shard INTEGER NOT NULL, place INTEGER NOT NULL, record BLOB NOT NULL,
                byte INTEGER NOT NULL, PRIMARY KEY (frame, shard)) WITHOUT ROWID
            """);
        return run;
    }

    // By SQLite's own calls: a command's objects are 1 KB of garbage for each row, 50 MB at the seal of a shard of small frames.
    private void Insert(Run run, long shard, IReadOnlyList<FrameEntry> frames)
    {
        var database = connection.Handle!;
        Check(raw.sqlite3_prepare_v2(database, $"INSERT INTO {run.Table} (frame, shard, place, record, byte) VALUES (?, ?, ?, ?, ?)", out var insert));
        using (insert)
        {
            Check(raw.sqlite3_bind_int64(insert, 2, shard));

            // By key: a B-tree that is filled in its own order is only appended to.
            var (keys, order) = (frames.Select(entry => entry.Frame).ToArray(), Enumerable.Range(0, frames.Count).ToArray());
            Array.Sort(keys, order);
            foreach (var place in order)
            {
                var entry = frames[place];
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

    // Afterwards each run, but for those that are done, is larger than all smaller ones together, so their number is a logarithm; and whoever is merged
    // is at most half of what comes of it, so no frame is copied oftener than that. Shards of one size are merged as one carries in a binary count.
    private void Merge()
    {
        var runs = Runs().Where(run => run.Rows < mostRows).OrderBy(run => run.Rows).ToList();
        var (smaller, merged, rows) = (0L, 0, 0L);
        for (var i = 0; i < runs.Count; i++)
        {
            var isMerged = i > 0 && runs[i].Rows <= smaller;
            smaller += runs[i].Rows;
            (merged, rows) = isMerged ? (i + 1, smaller) : (merged, rows);
        }

        if (merged > 0)
        {
            var carried = runs[..merged];
            Execute($"INSERT INTO {Begin(rows).Table} {Union(carried)} ORDER BY frame, shard");
            carried.ForEach(run => Execute($"DROP TABLE {run.Table}"));
        }
    }

    private void View() => Execute($"DROP VIEW IF EXISTS frames; CREATE VIEW frames AS {Union(Runs())}");

    private static string Union(IEnumerable<Run> runs) => string.Join(" UNION ALL ", runs.Select(run => $"SELECT frame, shard, place, record, byte FROM {run.Table}"));

    private List<Run> Runs()
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB 'frames_*_*'";
        using var rows = command.ExecuteReader();
        var runs = new List<Run>();
        while (rows.Read())
        {
            var numbers = rows.GetString(0).Split('_');
            runs.Add(new(long.Parse(numbers[1], CultureInfo.InvariantCulture), long.Parse(numbers[2], CultureInfo.InvariantCulture)));
        }

        return runs;
    }

    private void Execute(string statements)
    {
        using var command = connection.CreateCommand();
        command.CommandText = statements;
        command.ExecuteNonQuery();
    }

    // All that is known of a run stands in its table's name, so that nothing can say otherwise. Rows are those it was begun for.
    private readonly record struct Run(long Number, long Rows)
    {
        public string Table => Invariant($"frames_{Number}_{Rows}");
    }
}
