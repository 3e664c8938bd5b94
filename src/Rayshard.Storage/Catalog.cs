using Microsoft.Data.Sqlite;

namespace Rayshard.Storage;

/// <summary>
/// Where each frame lies, by its key: a SQLite file that the sealed shards alone decide. It can be deleted, damaged or left behind; opening
/// compares it with the shards and repairs it, but for damaged pages of a large one: who meets one is told to delete it. Thread-safe.
/// </summary>
internal sealed class Catalog : IDisposable
{
    // "RAYS", so that a file of something else is not mistaken for an older catalog; and the version of the tables.
    private const int ApplicationId = 0x52415953;
    private const int Version = 3;

    // A damaged page that no query meets goes unseen, so a small file is checked whole; a large one would cost seconds at each start.
    private const long CheckBytes = 64 << 20;

    // Several times what a merge of runs takes. A process that dies holds nothing.
    private const int WaitSeconds = 60;

    private static readonly string[] s_dump =
    [
        "SELECT folder || ' ' || file || ' ' || bytes || ' ' || hex(manifest) FROM shards ORDER BY folder, file",
        "SELECT hex(frame) || ' ' || folder || ' ' || file || ' ' || place || ' ' || hex(record) || ' ' || byte FROM frames JOIN shards USING (shard) ORDER BY frame, folder, file",
    ];

    private readonly string _path;
    private readonly SqliteConnection _connection;
    private readonly CatalogRuns _runs;
    private readonly Lock _lock = new();
    private SqliteCommand? _find;

    private Catalog(string path, SqliteConnection connection) => (_path, _connection, _runs) = (path, connection, new(connection));

    /// <summary>Opens the catalog for writing; whatever is no catalog of this version is thrown away and begun anew.</summary>
    /// <exception cref="StoreBusyException">Another process holds the file.</exception>
    public static Catalog Open(string path) => TryOpen(path, SqliteOpenMode.ReadWrite) ?? Create(path);

    /// <summary>Opens the catalog for reading, where there is one that can be read.</summary>
    /// <exception cref="StoreBusyException">Another process holds the file.</exception>
    public static Catalog? TryOpenReadOnly(string path) => TryOpen(path, SqliteOpenMode.ReadOnly);

    /// <summary>Whether a file is the catalog of an earlier version: right in its time, no longer read, and made anew when the store is opened for writing.</summary>
    public static bool IsEarlier(string path)
    {
        try
        {
            using var catalog = new Catalog(path, Connect(path, SqliteOpenMode.ReadOnly));
            return catalog.Query("PRAGMA application_id") is (long)ApplicationId && catalog.Query("PRAGMA user_version") is > 0L and < Version;
        }
        catch (SqliteException)
        {
            return false;
        }
    }

    /// <summary>An empty catalog in memory.</summary>
    public static Catalog InMemory() => Create(":memory:");

    /// <summary>The shards it knows: key, and what was seen of them.</summary>
    public IReadOnlyDictionary<(string Folder, string File), ShardMark> Shards() => Guarded(() =>
    {
        using var command = Command("SELECT folder, file, bytes, manifest FROM shards");
        using var rows = command.ExecuteReader();
        var shards = new Dictionary<(string, string), ShardMark>();
        while (rows.Read())
        {
            shards[(rows.GetString(0), rows.GetString(1))] = new(rows.GetInt64(2), Digest.FromBytes(rows.GetFieldValue<byte[]>(3)));
        }

        return shards;
    });

    /// <summary>Where a frame lies, in the order of the shards' names.</summary>
    public IReadOnlyList<(string Folder, string File, FrameRow Row)> Find(Digest frame) => Guarded(() =>
    {
        // Kept: preparing it anew took 30 us, and it is asked once a frame.
        if (_find is null)
        {
            _find = Command("SELECT folder, file, place, record, byte FROM frames JOIN shards USING (shard) WHERE frame = $frame ORDER BY folder, file");
            _find.Parameters.Add("$frame", SqliteType.Blob);
        }

        _find.Parameters[0].Value = frame.Bytes.ToArray();
        using var rows = _find.ExecuteReader();
        var found = new List<(string, string, FrameRow)>();
        while (rows.Read())
        {
            found.Add((rows.GetString(0), rows.GetString(1), new(rows.GetInt64(2), Digest.FromBytes(rows.GetFieldValue<byte[]>(3)), rows.GetInt64(4))));
        }

        return found;
    });

    /// <summary>Takes a shard's frames in, in place of what it knew of a shard of that name; all or nothing.</summary>
    public void Put(string folder, SealedShard shard, IReadOnlyList<FrameEntry> frames) => Guarded(() =>
    {
        using var transaction = _connection.BeginTransaction();
        Remove(folder, shard.Name);
        using var insert = Command("INSERT INTO shards (folder, file, shard, bytes, manifest, held) SELECT $folder, $file, coalesce(max(shard), 0) + 1, $bytes, $manifest, $held FROM shards RETURNING shard");
        insert.Parameters.AddWithValue("$folder", folder);
        insert.Parameters.AddWithValue("$file", shard.Name);
        insert.Parameters.AddWithValue("$bytes", shard.Bytes);
        insert.Parameters.AddWithValue("$manifest", shard.Manifest.Bytes.ToArray());
        insert.Parameters.AddWithValue("$held", frames.Count);
        _runs.Add((long)insert.ExecuteScalar()!, frames);
        transaction.Commit();
        return frames.Count;
    });

    /// <summary>Forgets a shard.</summary>
    public void Drop(string folder, string file) => Guarded(() =>
    {
        using var transaction = _connection.BeginTransaction();
        Remove(folder, file);
        transaction.Commit();
        return file;
    });

    /// <summary>How many frames it holds.</summary>
    public long Count() => Guarded(() => (long)Query("SELECT count(*) FROM frames")!);

    /// <summary>All of it as text, ordered by key: equal for equal shards, whatever its history.</summary>
    public IReadOnlyList<string> Dump() => Guarded(() =>
    {
        var lines = new List<string>();
        foreach (var query in s_dump)
        {
            using var command = Command(query);
            using var rows = command.ExecuteReader();
            while (rows.Read())
            {
                lines.Add(rows.GetString(0));
            }
        }

        return lines;
    });

    public void Dispose()
    {
        _find?.Dispose();
        _connection.Dispose();
    }

    private static Catalog? TryOpen(string path, SqliteOpenMode mode)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        SqliteConnection? connection = null;
        try
        {
            connection = Connect(path, mode);
            var catalog = new Catalog(path, connection);
            if (catalog.Query("PRAGMA application_id") is (long)ApplicationId && catalog.Query("PRAGMA user_version") is (long)Version
                && (new FileInfo(path).Length > CheckBytes || catalog.IsWhole()))
            {
                return catalog;
            }
        }
        catch (SqliteException e) when (IsBusy(e))
        {
            connection?.Dispose();
            throw new StoreBusyException(path, null, e);
        }
        catch (SqliteException)
        {
            // No database, or a damaged one: derived, so there is nothing to save.
        }

        connection?.Dispose();
        return null;
    }

    private static Catalog Create(string path)
    {
        // A journal without its database would be played back into the new one.
        foreach (var file in path == ":memory:" ? [] : new[] { path, path + "-journal", path + "-wal", path + "-shm" })
        {
            File.Delete(file);
        }

        var catalog = new Catalog(path, Connect(path, SqliteOpenMode.ReadWriteCreate));
        catalog.Guarded(catalog.MakeTables);
        return catalog;
    }

    // At once, so that nobody meets a part of them.
    private int MakeTables()
    {
        using var transaction = _connection.BeginTransaction();
        using var command = Command($"""
            PRAGMA application_id = {ApplicationId};
            CREATE TABLE shards (folder TEXT NOT NULL, file TEXT NOT NULL, shard INTEGER NOT NULL UNIQUE, bytes INTEGER NOT NULL,
                manifest BLOB NOT NULL, held INTEGER NOT NULL, PRIMARY KEY (folder, file)) WITHOUT ROWID;
            PRAGMA user_version = {Version};
            """);
        command.ExecuteNonQuery();
        _runs.Create();
        transaction.Commit();
        return Version;
    }

    private static SqliteConnection Connect(string path, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = path == ":memory:" ? SqliteOpenMode.Memory : mode,
            Pooling = false,
            DefaultTimeout = WaitSeconds,
        }.ToString());
        connection.Open();
        return connection;
    }

    private static bool IsBusy(SqliteException e) => e.SqliteErrorCode is 5 or 6;

    private T Guarded<T>(Func<T> query)
    {
        lock (_lock)
        {
            try
            {
                return query();
            }
            catch (SqliteException e) when (IsBusy(e))
            {
                throw new StoreBusyException(_path, null, e);
            }
            catch (SqliteException e)
            {
                const int full = 13;
                var (code, cure) = e.SqliteErrorCode == full ? (ExitCode.MachineLacks, "free some space and run again") : (ExitCode.Failed, "delete it, the shards have all that is in it");
                throw new UnusableStoreException(code, _path, $"the catalog can't be used ({e.Message}); {cure}", e);
            }
        }
    }

    private bool IsWhole() => Query("PRAGMA quick_check(1)") is "ok"
        && Query("SELECT (SELECT count(*) FROM frames) = (SELECT coalesce(sum(held), 0) FROM shards)") is 1L;

    private object? Query(string query)
    {
        using var command = Command(query);
        return command.ExecuteScalar();
    }

    private void Remove(string folder, string file)
    {
        using var find = Command("DELETE FROM shards WHERE folder = $folder AND file = $file RETURNING shard");
        find.Parameters.AddWithValue("$folder", folder);
        find.Parameters.AddWithValue("$file", file);
        if (find.ExecuteScalar() is long shard)
        {
            _runs.Remove(shard);
        }
    }

    private SqliteCommand Command(string text)
    {
        var command = _connection.CreateCommand();
        command.CommandText = text;
        return command;
    }
}
