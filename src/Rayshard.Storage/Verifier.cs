namespace Rayshard.Storage;

/// <summary>
/// Reads a store's every byte again, a shard a core, and says what is wrong with it and where. Writes nothing, takes no lock, and needs memory for a
/// shard's manifest per core, and a line for each shard that it has read. A partial is no shard yet and is passed over: its writer checks it.
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
        foreach (var shard in SideBySide.InOrder(experiment.Sealed(), (number, ending) => Read(experiment.ShardPath(number), "", experiment, number, quick: false, ending), cancellation))
        {
            foreach (var fault in shard.Faults)
            {
                faults++;
                yield return fault;
            }
        }

        foreach (var fault in faults == 0 && indexFolder is not null ? IndexVerifier.Run(experiment, indexFolder, cancellation) : [])
        {
            yield return fault;
        }
    }

    private static ReadShard Read(string path, string folder, StoredExperiment? experiment, int number, bool quick, CancellationToken cancellation)
    {
        try
        {
            using var bytes = ShardBytes.Open(path, Path.Combine(folder, Path.GetFileName(path)));
            var verifier = new ShardVerifier(bytes, experiment, number, quick);
            verifier.Run(cancellation);
            return new(path, bytes.Length, verifier, verifier.Faults);
        }
        catch (DamagedShardException e)
        {
            return new(path, 0, null, [e.Fault]);
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
        var numbers = experiment?.Sealed() ?? StoredExperiment.Numbers(folder, name);
        var shards = SideBySide.InOrder(
            numbers, (number, ending) => Read(Path.Combine(folder, ShardPaths.Shard(name, number)), folderName, experiment, number, _options.Quick, ending), cancellation);
        foreach (var shard in shards)
        {
            Count(shard, folderName, catalog);
            foreach (var fault in shard.Faults)
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

    private void Count(ReadShard shard, string folder, CatalogVerifier catalog)
    {
        Counts.Shards++;
        Counts.Bytes += shard.Bytes;
        var frames = shard.Verifier?.Frames.Count ?? 0;
        Counts.Frames += frames;
        Counts.Missing += (shard.Verifier?.Layout?.Expected ?? frames) - frames;
        if (shard.Verifier is not null)
        {
            catalog.Check(folder, shard.Path, shard.Verifier);
        }

        _shards.Add(new(folder, Path.GetFileName(shard.Path), shard.Bytes, shard.Verifier?.Mark?.Manifest, frames, shard.Faults.Count));
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

    // Without a verifier it could not be opened, which is the one fault then.
    private sealed record ReadShard(string Path, long Bytes, ShardVerifier? Verifier, IReadOnlyList<Fault> Faults);
}
