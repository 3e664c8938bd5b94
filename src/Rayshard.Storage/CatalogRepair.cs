namespace Rayshard.Storage;

/// <summary>Makes a catalog agree with the sealed shards of a store, reading no more than each shard's end where they already do.</summary>
internal static class CatalogRepair
{
    /// <summary>Takes in what is new or replaced, drops what is gone. A shard whose manifest is damaged is left out: verifying names it.</summary>
    public static void Run(Catalog catalog, string store)
    {
        var known = catalog.Shards();
        var present = new HashSet<(string, string)>();
        foreach (var (folder, file) in Shards(store))
        {
            var path = Path.Combine(store, folder, file);
            try
            {
                if (!known.TryGetValue((folder, file), out var mark) || Look(path, file) != mark)
                {
                    using var reader = ShardReader.Open(path, Path.Combine(folder, file));
                    catalog.Put(folder, reader.Shard, reader.Frames);
                }

                present.Add((folder, file));
            }
            catch (DamagedShardException)
            {
            }
        }

        foreach (var (folder, file) in known.Keys.Where(shard => !present.Contains(shard)))
        {
            catalog.Drop(folder, file);
        }
    }

    /// <summary>Whether the catalog knows exactly the shards that are there.</summary>
    public static bool IsCurrent(Catalog catalog, string store)
    {
        var known = catalog.Shards();
        var count = 0;
        foreach (var (folder, file) in Shards(store))
        {
            try
            {
                if (!known.TryGetValue((folder, file), out var mark) || Look(Path.Combine(store, folder, file), file) != mark)
                {
                    return false;
                }

                count++;
            }
            catch (DamagedShardException)
            {
                return false;
            }
        }

        return count == known.Count;
    }

    private static IEnumerable<(string Folder, string File)> Shards(string store)
    {
        foreach (var path in Store.ExperimentFolders(store))
        {
            var folder = Path.GetFileName(path);
            ShardPaths.TryReadFolder(folder, out var experiment);
            foreach (var shard in StoredExperiment.Numbers(path, experiment))
            {
                yield return (folder, ShardPaths.Shard(experiment, shard));
            }
        }
    }

    private static ShardMark Look(string path, string name)
    {
        using var bytes = ShardBytes.Open(path, name);
        return new(bytes.Length, ShardTail.Read(bytes).Digest);
    }
}
