namespace Rayshard.Storage;

/// <summary>
/// A folder that holds the shards of any number of experiments, a catalog of all their frames, and nothing per frame. One writer at a
/// time, any number of readers. Thread-safe, but for the writers that it hands out.
/// </summary>
public sealed class Store : IDisposable
{
    private readonly IDurableFiles _files;
    private readonly StoreLock? _lock;
    private readonly Catalog _catalog;

    private Store(string folder, IDurableFiles files, StoreLock? @lock, Catalog catalog)
    {
        Folder = folder;
        _files = files;
        _lock = @lock;
        _catalog = catalog;
    }

    /// <summary>Full path of the folder.</summary>
    public string Folder { get; }

    /// <summary>Opens a store for writing, makes the folder where there is none, and repairs the catalog.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="files">What writes to it; the operating system where it is not given.</param>
    /// <exception cref="StoreBusyException">Another process writes into it.</exception>
    /// <exception cref="UnusableStoreException">The folder can't be written, or has no locks.</exception>
    public static Store Open(string folder, IDurableFiles? files = null)
    {
        folder = Path.GetFullPath(folder);
        files ??= new DurableFiles();
        if (!Directory.Exists(folder))
        {
            MakeFolder(files, folder);
        }

        var @lock = StoreLock.Take(Path.Combine(folder, ShardPaths.Lock));
        Catalog? catalog = null;
        try
        {
            catalog = Catalog.Open(Path.Combine(folder, ShardPaths.Catalog));
            CatalogRepair.Run(catalog, folder);
            return new(folder, files, @lock, catalog);
        }
        catch
        {
            catalog?.Dispose();
            @lock.Dispose();
            throw;
        }
    }

    /// <summary>Opens a store for reading; writes nothing. Where the catalog is not what the shards give, it makes one in memory.</summary>
    /// <exception cref="UnusableStoreException">There is no such folder.</exception>
    public static Store OpenReadOnly(string folder)
    {
        folder = Path.GetFullPath(folder);
        if (!Directory.Exists(folder))
        {
            throw new UnusableStoreException(ExitCode.NotFound, folder, "there is no store here");
        }

        var catalog = Catalog.TryOpenReadOnly(Path.Combine(folder, ShardPaths.Catalog));
        if (catalog is null || !CatalogRepair.IsCurrent(catalog, folder))
        {
            catalog?.Dispose();
            catalog = Catalog.InMemory();
            CatalogRepair.Run(catalog, folder);
        }

        return new(folder, new DurableFiles(), null, catalog);
    }

    /// <summary>
    /// Opens a shard for writing: goes on where an earlier writer stopped. Where the shard is sealed but lacks frames, it is written
    /// anew beside the old one and takes its place when it is sealed.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The plan has no such shard.</exception>
    /// <exception cref="InvalidOperationException">The store is open for reading, or the shard is sealed and complete.</exception>
    /// <exception cref="UnusableStoreException">The folder holds another experiment.</exception>
    /// <exception cref="ShardWriteException">Writing failed.</exception>
    /// <exception cref="DamagedShardException">The partial can't be read.</exception>
    public ShardWriter OpenShard(Experiment resolved, FramePlan plan, int shard)
    {
        if (_lock is null)
        {
            throw new InvalidOperationException("the store is open for reading");
        }

        var experiment = StoredExperiment.At(Folder, resolved, plan);
        var layout = ShardLayout.Of(resolved, plan, shard);
        if (Sealed(resolved, plan, shard) is { IsComplete: true } complete)
        {
            throw new InvalidOperationException($"{complete.Path} is sealed and complete");
        }

        Claim(experiment);
        return new(experiment.ShardPath(shard), layout, plan, _files, reader => _catalog.Put(experiment.Name, reader.Shard, reader.Frames));
    }

    /// <summary>The shard where it is sealed, else nothing. Reads the end of the file only.</summary>
    /// <exception cref="DamagedShardException">The file is there, but damaged or none of this experiment's.</exception>
    public SealedShard? Sealed(Experiment resolved, FramePlan plan, int shard) => StoredExperiment.At(Folder, resolved, plan).TrySealed(shard);

    /// <summary>Whether an earlier writer has left a partial of the shard.</summary>
    public bool IsBegun(Experiment resolved, FramePlan plan, int shard) => File.Exists(StoredExperiment.At(Folder, resolved, plan).ShardPath(shard) + ShardPaths.Partial);

    /// <summary>A frame by its key, in any sealed shard of any experiment. The caller disposes it.</summary>
    /// <returns>The frame, its record read and checked; nothing where no shard holds one.</returns>
    /// <exception cref="DamagedShardException">Every shard that should hold it is damaged.</exception>
    public StoredFrame? TryFind(Digest frame)
    {
        DamagedShardException? damage = null;
        foreach (var (folder, file, row) in _catalog.Find(frame))
        {
            try
            {
                var found = StoredFrame.Open(Path.Combine(Folder, folder, file), Path.Combine(folder, file), row.Offset);
                if (found.Record.Address == row.Record)
                {
                    return found;
                }

                found.Dispose();
                damage ??= ShardBytes.Damaged(Path.Combine(folder, file), row.Offset, "", FaultKind.BadCatalog, "another record stands where the catalog says");
            }
            catch (DamagedShardException e)
            {
                damage ??= e;
            }
        }

        return damage is null ? null : throw damage;
    }

    /// <summary>
    /// Writes <c>frames.parquet</c> and <c>blobs.parquet</c> for the experiment's sealed shards, in constant memory. The shards alone
    /// decide their bytes.
    /// </summary>
    /// <exception cref="DamagedShardException">A shard's manifest is damaged.</exception>
    /// <exception cref="ShardWriteException">Writing failed; the tables are as they were before.</exception>
    public Task IndexAsync(Experiment resolved, FramePlan plan, CancellationToken cancellation = default)
    {
        var experiment = StoredExperiment.At(Folder, resolved, plan);
        return experiment.WriteIndexAsync(_files, experiment.Folder, cancellation);
    }

    /// <summary>The experiments that have a folder in the store, by name.</summary>
    /// <exception cref="DamagedShardException">A folder's <c>experiment.json</c> is missing or damaged.</exception>
    public IEnumerable<StoredExperiment> Experiments() => ExperimentFolders(Folder).Select(StoredExperiment.Read);

    /// <summary>Closes it; writers that it handed out must be closed before.</summary>
    public void Dispose()
    {
        _catalog.Dispose();
        _lock?.Dispose();
    }

    internal static IEnumerable<string> ExperimentFolders(string store) => Directory.EnumerateDirectories(store)
        .Where(folder => ShardPaths.TryReadFolder(Path.GetFileName(folder), out _))
        .Order(StringComparer.Ordinal);

    // A folder that is there already may never have been flushed, so its name is flushed again.
    private static void MakeFolder(IDurableFiles files, string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            files.FlushFolder(Path.GetDirectoryName(folder)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UnusableStoreException(ShardWriteException.ExitCodeOf(e), folder, $"the folder can't be made: {e.Message}", e);
        }
    }

    // The folder's name has 12 hex digits of the digest; experiment.json has all of it.
    private void Claim(StoredExperiment experiment)
    {
        MakeFolder(_files, experiment.Folder);
        var path = Path.Combine(experiment.Folder, ShardPaths.Experiment);
        var content = ExperimentFile.Write(experiment.Experiment);
        if (File.Exists(path) && File.ReadAllBytes(path) is var present && present.AsSpan().SequenceEqual(content))
        {
            return;
        }

        if (IsOthers(experiment))
        {
            throw new UnusableStoreException(ExitCode.Failed, experiment.Folder, "the folder holds another experiment whose digest begins alike; rename one of them");
        }

        DurableStream.Write(_files, path, content);
    }

    // A file that is no experiment at all is nobody's: it is written anew.
    private static bool IsOthers(StoredExperiment experiment)
    {
        try
        {
            return StoredExperiment.Read(experiment.Folder).Plan.ShardSet != experiment.Plan.ShardSet;
        }
        catch (DamagedShardException)
        {
            return false;
        }
    }
}
