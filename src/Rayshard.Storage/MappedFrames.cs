namespace Rayshard.Storage;

/// <summary>
/// Sealed shards, mapped into memory: any frame's floats in place, without a copy, in constant time. Thread-safe. Shards are opened when they are first asked
/// for, and no more than some of them are mapped at once.
/// </summary>
/// <remarks>
/// A file that is already cut short is found when it is opened. Nobody may cut or overwrite one while it is mapped: the operating system then ends the process (SIGBUS).
/// The kit never does: a shard that is replaced gets a new file, and what is mapped stays the old one.
/// </remarks>
public sealed class MappedFrames : IDisposable
{
    private readonly MappedShards _shards;
    private readonly Lazy<Dictionary<Digest, long>> _keys;

    private MappedFrames(MappedShards shards)
    {
        _shards = shards;
        _keys = new(ReadKeys);
    }

    /// <summary>The passes that every frame has, by name.</summary>
    public IReadOnlyList<ShardPass> Passes => _shards.Passes;

    /// <summary>Opens a shard, an experiment's folder in a store, a store of one experiment, or a bundle.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="mappings">
    /// How many shards are mapped at once, each with some 32 bytes of memory a frame; more only while frames of more are in use. Where there are more, and they are
    /// read in no order, most frames cost the opening of a shard: milliseconds where it holds thousands of frames.
    /// </param>
    /// <exception cref="UnusableStoreException">There is no shard, or there are several experiments.</exception>
    /// <exception cref="DamagedShardException">A shard is damaged, or none of the others' experiment.</exception>
    public static MappedFrames Open(string path, int mappings = 4096)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(mappings, 1);
        return new(new(Shards(Path.GetFullPath(path)), mappings));
    }

    /// <summary>A frame by its index in the experiment. The caller disposes it.</summary>
    /// <returns>The frame, or nothing where no shard holds it.</returns>
    /// <exception cref="DamagedShardException">Its shard is damaged, or was replaced by another experiment's.</exception>
    public MappedFrame? TryGet(long index)
    {
        if (_shards.Find(index) is not { } number)
        {
            return null;
        }

        var lease = _shards.Lease(number);
        if (lease.Shard.Find(index) is { } place)
        {
            return new(lease, place);
        }

        lease.Dispose();
        return null;
    }

    /// <summary>A frame by its key. The first search reads every manifest: some 100 bytes of memory a frame. The caller disposes it.</summary>
    /// <returns>The frame, or nothing where no shard holds it.</returns>
    /// <exception cref="DamagedShardException">A shard is damaged.</exception>
    public MappedFrame? TryFind(Digest frame) => _keys.Value.TryGetValue(frame, out var index) ? TryGet(index) : null;

    /// <summary>The indexes of the frames that are held, ascending. Opens one shard after another.</summary>
    /// <exception cref="DamagedShardException">A shard is damaged.</exception>
    public IEnumerable<long> Indexes()
    {
        for (var number = 0; number < _shards.Count; number++)
        {
            using var lease = _shards.Lease(number);
            for (var place = 0; place < lease.Shard.Count; place++)
            {
                yield return lease.Shard.IndexOf(place);
            }
        }
    }

    /// <summary>Unmaps the shards. What is in use stays mapped until its frame is disposed.</summary>
    public void Dispose() => _shards.Dispose();

    private Dictionary<Digest, long> ReadKeys()
    {
        var keys = new Dictionary<Digest, long>();
        foreach (var path in _shards.Paths)
        {
            using var shard = ShardReader.Open(path);
            foreach (var frame in shard.Frames)
            {
                keys[frame.Frame] = frame.Index;
            }
        }

        return keys;
    }

    private static string[] Shards(string path)
    {
        if (File.Exists(path))
        {
            return [path];
        }

        if (!Directory.Exists(path))
        {
            throw new UnusableStoreException(ExitCode.NotFound, path, "there is no shard, store or bundle here");
        }

        var folders = Store.ExperimentFolders(path).ToList();
        if (folders.Count > 1)
        {
            throw new UnusableStoreException(ExitCode.AskedWrongly, path, $"the store has several experiments; open one of {string.Join(", ", folders.Select(Path.GetFileName))}");
        }

        // A bundle keeps them in shards/, as its manifest says.
        var folder = folders.FirstOrDefault() ?? (Directory.Exists(Path.Combine(path, "shards")) ? Path.Combine(path, "shards") : path);
        var shards = Directory.GetFiles(folder, "*.tar");
        return shards.Length > 0 ? shards : throw new UnusableStoreException(ExitCode.NotFound, path, "there is no sealed shard here");
    }
}
