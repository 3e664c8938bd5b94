using Rayshard.Storage;

namespace Rayshard.Reporting;

/// <summary>
/// The frames of one experiment that a store holds, by index: those of sealed shards and those that a running render has acknowledged.
/// Writes nothing and takes no lock, so it may look on while another process renders. Not thread-safe.
/// </summary>
public sealed class FrameShelf : IDisposable
{
    private readonly StoredExperiment _stored;
    private (int Shard, ShardReader Reader)? _sealed;
    private (int Shard, PartialShard Partial)? _partial;

    private FrameShelf(StoredExperiment stored) => _stored = stored;

    /// <summary>The resolved experiment.</summary>
    public Experiment Experiment => _stored.Experiment;

    /// <summary>Its frames and shards.</summary>
    public FramePlan Plan => _stored.Plan;

    /// <summary>The experiment's folder in the store, whether it is there or not.</summary>
    public string Folder => _stored.Folder;

    /// <summary>Opens the experiment's shelf in a store. Nothing need be there yet: a render may be about to begin.</summary>
    public static FrameShelf Open(string store, Experiment resolved) => new(StoredExperiment.At(store, resolved, new(resolved)));

    /// <summary>The sealed shards, by number; reads the end of each file only.</summary>
    /// <exception cref="DamagedShardException">One is damaged.</exception>
    public IEnumerable<SealedShard> SealedShards() => _stored.Sealed().Select(_stored.TrySealed).OfType<SealedShard>();

    /// <summary>The numbers of the shards that were begun, sealed or not.</summary>
    public IReadOnlySet<int> ShardsThere() => _stored.Sealed().Concat(_stored.Partials()).ToHashSet();

    /// <summary>How many frames the store holds. Reads the end of sealed shards and goes through partial ones.</summary>
    /// <exception cref="DamagedShardException">A shard is damaged.</exception>
    public long Count()
    {
        var sealedShards = _stored.Sealed();
        return sealedShards.Sum(shard => _stored.TrySealed(shard)?.Held ?? 0)
            + _stored.Partials().Except(sealedShards).Sum(shard => Partial(shard)?.Frames.Count ?? 0);
    }

    /// <summary>A frame, where the store holds it. It reads through this shelf: use it before the next call.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The experiment has no such frame.</exception>
    /// <exception cref="DamagedShardException">It should be there and can't be read.</exception>
    public StoredFrame? TryRead(long index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Plan.Count);
        var shard = (int)(index / Plan.FramesPerShard);
        if (Sealed(shard) is { } reader && reader.Find(index) is { } entry)
        {
            return reader.Read(entry);
        }

        return Partial(shard) is { } partial && partial.Find(index) is { } acknowledged ? partial.Read(acknowledged) : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _sealed?.Reader.Dispose();
        _partial?.Partial.Dispose();
    }

    // Frames are asked for in order, so one shard is open at a time. A sealed one is at most replaced by a fuller one, which is longer.
    private ShardReader? Sealed(int shard)
    {
        var file = new FileInfo(_stored.ShardPath(shard));
        if (_sealed is { } open && (open.Shard != shard || !file.Exists || open.Reader.Shard.Bytes != file.Length))
        {
            open.Reader.Dispose();
            _sealed = null;
        }

        if (_sealed is null && file.Exists)
        {
            _sealed = (shard, ShardReader.Open(file.FullName));
        }

        return _sealed?.Reader;
    }

    private PartialShard? Partial(int shard)
    {
        if (_partial?.Shard != shard)
        {
            _partial?.Partial.Dispose();
            _partial = PartialShard.TryOpen(_stored, shard) is { } partial ? (shard, partial) : null;
        }

        _partial?.Partial.Advance();
        return _partial?.Partial;
    }
}
