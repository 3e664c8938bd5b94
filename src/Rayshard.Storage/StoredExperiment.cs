namespace Rayshard.Storage;

/// <summary>An experiment's folder in a store: its resolved experiment and its shards. Holds no file open.</summary>
public sealed class StoredExperiment
{
    private StoredExperiment(string folder, Experiment experiment, FramePlan plan)
    {
        Folder = folder;
        Experiment = experiment;
        Plan = plan;
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>The resolved experiment.</summary>
    public Experiment Experiment { get; }

    /// <summary>Its frames and shards.</summary>
    public FramePlan Plan { get; }

    /// <summary>The folder's name.</summary>
    public string Name => Path.GetFileName(Folder);

    /// <summary>The folder of an experiment in a store, whether it is there or not.</summary>
    public static StoredExperiment At(string store, Experiment resolved, FramePlan plan) =>
        new(Path.Combine(store, ShardPaths.Folder(resolved.Name, plan.ShardSet)), resolved, plan);

    /// <summary>An experiment whose shards lie in a folder that is no store's, as in a bundle.</summary>
    public static StoredExperiment In(string folder, Experiment resolved, FramePlan plan) => new(folder, resolved, plan);

    /// <summary>Reads a folder's <c>experiment.json</c>.</summary>
    /// <exception cref="DamagedShardException">It is missing, not a resolved experiment in canonical form, or not this folder's.</exception>
    public static StoredExperiment Read(string folder)
    {
        var path = Path.Combine(folder, ShardPaths.Experiment);
        var name = Path.Combine(Path.GetFileName(folder), ShardPaths.Experiment);
        try
        {
            var (experiment, _) = ExperimentFile.Read(path);
            var canonical = ExperimentFile.Write(experiment);
            var plan = new FramePlan(experiment);
            if (!File.ReadAllBytes(path).AsSpan().SequenceEqual(canonical))
            {
                throw ShardBytes.Damaged(name, 0, "", FaultKind.BadExperiment, "the experiment is not in canonical form: somebody edited or damaged it");
            }

            return ShardPaths.Folder(experiment.Name, plan.ShardSet) == Path.GetFileName(folder)
                ? new(folder, experiment, plan)
                : throw ShardBytes.Damaged(name, 0, "", FaultKind.BadExperiment, $"the experiment is '{ShardPaths.Folder(experiment.Name, plan.ShardSet)}', not this folder's");
        }
        catch (Exception e) when (e is not DamagedShardException)
        {
            // A file that only looks like an experiment can upset whatever computes with it: every such upset is this one fault.
            throw ShardBytes.Damaged(name, 0, "", FaultKind.BadExperiment, $"there is no resolved experiment here: {e.Message.Split('\n')[0]}");
        }
    }

    /// <summary>The path of a shard, whether it is there or not.</summary>
    public string ShardPath(int shard) => Path.Combine(Folder, ShardPaths.Shard(Experiment.Name, shard));

    /// <summary>The numbers of the sealed shards that are there, ascending.</summary>
    public IReadOnlyList<int> Sealed() => [.. Numbers(Folder, Experiment.Name).Where(shard => shard < Plan.ShardCount)];

    /// <summary>The numbers of the shards that a writer has begun and not sealed, ascending.</summary>
    public IReadOnlyList<int> Partials() => [.. Numbers(Folder, Experiment.Name, ShardPaths.Partial).Where(shard => shard < Plan.ShardCount)];

    /// <summary>A shard where it is sealed, else nothing. Reads the end of the file only.</summary>
    /// <exception cref="DamagedShardException">The file is there, but damaged or none of this experiment's.</exception>
    public SealedShard? TrySealed(int shard)
    {
        var path = ShardPath(shard);
        if (!File.Exists(path))
        {
            return null;
        }

        using var bytes = ShardBytes.Open(path, Path.Combine(Name, Path.GetFileName(path)));
        var layout = ShardLayout.Of(Experiment, Plan, shard);
        var tail = ShardTail.Read(bytes);
        var perFrame = 1 + layout.Passes.Count;
        return tail.Entries % perFrame == 0 && tail.Entries / perFrame <= layout.Expected
            ? new(path, bytes.Length, tail.Digest, layout.First, layout.Expected, tail.Entries / perFrame)
            : throw bytes.Damaged(tail.Start, EntryName.Manifest, FaultKind.BadManifest, $"{tail.Entries} entries are no whole number of frames of this experiment");
    }

    /// <summary>Name and type of each column of <c>frames.parquet</c>, in order.</summary>
    public IReadOnlyList<(string Name, Type Type)> FrameColumns => [.. FramesTable.Of(this).Columns.Select(column => (column.Field.Name, column.Type))];

    /// <summary>Writes <c>frames.parquet</c> and <c>blobs.parquet</c> into a folder. The shards alone decide their bytes.</summary>
    /// <exception cref="DamagedShardException">A shard's manifest is damaged.</exception>
    /// <exception cref="ShardWriteException">Writing failed; the tables are as they were before.</exception>
    public Task WriteIndexAsync(string folder, CancellationToken cancellation = default) => WriteIndexAsync(new DurableFiles(), folder, cancellation);

    internal async Task WriteIndexAsync(IDurableFiles files, string folder, CancellationToken cancellation)
    {
        foreach (var table in IndexTables.Of(this))
        {
            var path = Path.Combine(folder, table.FileName);
            try
            {
                using var stream = new DurableStream(files, path);
                await table.WriteAsync(stream, cancellation);
                stream.Commit();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new ShardWriteException(path, isPoisoned: false, e);
            }
        }
    }

    /// <summary>The names of files that look like shards but are none of the experiment's.</summary>
    internal IEnumerable<string> Strays() => Directory.EnumerateFiles(Folder, "*.tar").Select(file => Path.GetFileName(file))
        .Where(file => !ShardPaths.TryReadShard(file, Experiment.Name, out var shard) || shard >= Plan.ShardCount)
        .Order(StringComparer.Ordinal);

    internal static IEnumerable<int> Numbers(string folder, string experiment, string suffix = "") => !Directory.Exists(folder) ? [] :
        Directory.EnumerateFiles(folder, "*.tar" + suffix)
            .Select(file => ShardPaths.TryReadShard(Path.GetFileName(file)[..^suffix.Length], experiment, out var shard) ? shard : -1)
            .Where(shard => shard >= 0)
            .Order();
}
