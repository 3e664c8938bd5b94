namespace Rayshard.Storage;

/// <summary>
/// Reads a store's every byte again and says what is wrong with it and where. Writes nothing, takes no lock, and needs memory for one
/// shard's manifest, and a line for each shard that it has read. A partial is no shard yet and is passed over: its writer checks it.
/// </summary>
public sealed class Verifier(string store, VerifyOptions? options = null)
{
    private readonly string _store = Path.GetFullPath(store);
    private readonly VerifyOptions _options = options ?? new();
    private readonly List<VerifiedShard> _shards = [];

    /// <summary>What has been read so far.</summary>
    public VerifyCounts Counts { get; } = new();

    /// <summary>The shards that have been read to their end, in that order.</summary>
    public IReadOnlyList<VerifiedShard> ShardsRead => _shards;

    /// <summary>Verifies, experiment by experiment, shard by shard; the faults of a shard in the order of its bytes. Goes on after a fault.</summary>
    /// <exception cref="UnusableStoreException">There is no store, or no such experiment in it.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled, between two frames.</exception>
    public IEnumerable<Fault> Run(CancellationToken cancellation = default)
    {
        foreach (var fault in Faults(cancellation))
        {
            Counts.Faults++;
            yield return fault;
        }
    }

    /// <summary>
    /// Reads every byte of an experiment's shards where no store is around them: headers, addresses, records, manifest, each frame against the
    /// experiment; then the index tables. A shard a core; the faults in the shards' order.
    /// </summary>
    /// <param name="experiment">The experiment and the folder of its shards.</param>
    /// <param name="indexFolder">Folder of the index tables; absent: they are not looked at.</param>
    /// <param name="cancellation">Ends it between two frames.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static IEnumerable<Fault> Shards(StoredExperiment experiment, string? indexFolder, CancellationToken cancellation = default)
    {
        var faults = 0;
        var found = experiment.Sealed().AsParallel().AsOrdered().WithCancellation(cancellation).Select(number => ShardFaults(experiment, number, cancellation));
        foreach (var fault in found.SelectMany(ofShard => ofShard))
        {
            faults++;
            yield return fault;
        }

        foreach (var fault in faults == 0 && indexFolder is not null ? IndexVerifier.Run(experiment, indexFolder, cancellation) : [])
        {
            yield return fault;
        }
    }

    private static List<Fault> ShardFaults(StoredExperiment experiment, int number, CancellationToken cancellation)
    {
        var path = experiment.ShardPath(number);
        if (Try(() => ShardBytes.Open(path, Path.GetFileName(path)), out var damage) is not { } bytes)
        {
            return [damage!];
        }

        using (bytes)
        {
            var verifier = new ShardVerifier(bytes, experiment, number, quick: false);
            verifier.Run(cancellation);
            return verifier.Faults;
        }
    }

    private IEnumerable<Fault> Faults(CancellationToken cancellation)
    {
        var folders = Folders();
        using var catalog = new CatalogVerifier(_store, _options);
        foreach (var folder in folders)
        {
            foreach (var fault in Folder(folder, catalog, cancellation))
            {
                yield return fault;
            }
        }

        foreach (var fault in catalog.Finish())
        {
            yield return fault;
        }
    }

    private List<string> Folders()
    {
        if (!Directory.Exists(_store))
        {
            throw new UnusableStoreException(ExitCode.NotFound, _store, "there is no store here");
        }

        if (!File.Exists(Path.Combine(_store, ShardPaths.Lock)) && !File.Exists(Path.Combine(_store, ShardPaths.Catalog)) && !Store.ExperimentFolders(_store).Any())
        {
            throw new UnusableStoreException(ExitCode.NotFound, _store, "there is no store here");
        }

        var folders = Store.ExperimentFolders(_store)
            .Where(folder => ShardPaths.TryReadFolder(Path.GetFileName(folder), out var name) && (_options.Experiment ?? name) == name).ToList();
        return folders.Count > 0 || _options.Experiment is null
            ? folders
            : throw new UnusableStoreException(ExitCode.NotFound, _store, $"the store has no experiment '{_options.Experiment}'");
    }

    private IEnumerable<Fault> Folder(string folder, CatalogVerifier catalog, CancellationToken cancellation)
    {
        var experiment = Try(() => StoredExperiment.Read(folder), out var damage);
        if (damage is not null)
        {
            yield return damage;
        }

        var folderName = Path.GetFileName(folder);
        ShardPaths.TryReadFolder(folderName, out var name);
        var faults = 0;
        foreach (var number in experiment?.Sealed() ?? StoredExperiment.Numbers(folder, name))
        {
            var file = ShardPaths.Shard(name, number);
            foreach (var fault in Shard(Path.Combine(folder, file), Path.Combine(folderName, file), experiment, number, catalog, cancellation))
            {
                faults++;
                yield return fault;
            }
        }

        foreach (var stray in experiment?.Strays() ?? [])
        {
            yield return new(Path.Combine(folderName, EntryOf(stray)), 0, "", FaultKind.StrayFile, "looks like a shard but is none of this experiment's");
        }

        // What damaged shards would give is no measure for the tables.
        if (experiment is not null && faults == 0 && !_options.Quick)
        {
            foreach (var fault in IndexVerifier.Run(experiment, folder, cancellation))
            {
                yield return fault;
            }
        }
    }

    private List<Fault> Shard(string path, string name, StoredExperiment? experiment, int number, CatalogVerifier catalog, CancellationToken cancellation)
    {
        Counts.Shards++;
        var (folder, file) = (Path.GetDirectoryName(name)!, Path.GetFileName(name));
        var bytes = Try(() => ShardBytes.Open(path, name), out var damage);
        if (bytes is null)
        {
            _shards.Add(new(folder, file, 0, null, 0, 1));
            return [damage!];
        }

        using (bytes)
        {
            Counts.Bytes += bytes.Length;
            var verifier = new ShardVerifier(bytes, experiment, number, _options.Quick);
            verifier.Run(cancellation);
            Counts.Frames += verifier.Frames.Count;
            Counts.Missing += (verifier.Layout?.Expected ?? 0) - verifier.Frames.Count;
            catalog.Check(folder, path, verifier);
            var faults = verifier.Faults;
            _shards.Add(new(folder, file, bytes.Length, verifier.Mark?.Manifest, verifier.Frames.Count, faults.Count));
            return faults;
        }
    }

    // A file's name is a stranger's text as well: control characters stay out of the terminal.
    private static string EntryOf(string file) => string.Concat(file.Select(c => char.IsControl(c) ? '?' : c));

    private static T? Try<T>(Func<T> open, out Fault? fault)
        where T : class
    {
        fault = null;
        try
        {
            return open();
        }
        catch (DamagedShardException e)
        {
            fault = e.Fault;
            return null;
        }
    }
}
