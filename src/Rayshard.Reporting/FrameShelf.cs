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

    /// <summary>What a verification of it reads.</summary>
    internal VerifiedPlace Place => VerifiedPlace.OfStore(Path.GetDirectoryName(Folder)!, Path.GetFileName(Folder));

    /// <summary>Opens the experiment's shelf in a store. Nothing need be there yet: a render may be about to begin.</summary>
    public static FrameShelf Open(string store, Experiment resolved) => new(StoredExperiment.At(store, resolved, new(resolved)));

    /// <summary>What is there now. Reads the end of sealed shards and goes on through partial ones; a damaged shard is named and passed over.</summary>
    /// <exception cref="IOException">The folder went away meanwhile.</exception>
    public ShelfContent Look()
    {
        var (whole, damaged, torn) = (new List<SealedShard>(), new List<DamagedShard>(), new List<string>());
        var held = 0L;
        var numbers = _stored.Sealed();
        foreach (var number in numbers.Union(_stored.Partials()))
        {
            try
            {
                if (_stored.TrySealed(number) is { } shard)
                {
                    whole.Add(shard);
                    held += shard.Held;
                }
                else if (Partial(number) is { } partial)
                {
                    held += partial.Frames.Count;
                    torn.AddRange(partial.Torn is { } why ? [why] : []);
                }
            }
            catch (DamagedShardException e)
            {
                damaged.Add(new(number, Path.GetFileName(_stored.ShardPath(number)), e.Message));
            }
        }

        return new(whole, damaged, torn, held);
    }

    /// <summary>The numbers of the shards that were begun, sealed or not.</summary>
    public IReadOnlySet<int> ShardsThere() => _stored.Sealed().Concat(_stored.Partials()).ToHashSet();

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
        if (_partial is not { Partial.IsCurrent: true } || _partial.Value.Shard != shard)
        {
            _partial?.Partial.Dispose();
            _partial = PartialShard.TryOpen(_stored, shard) is { } partial ? (shard, partial) : null;
        }

        _partial?.Partial.Advance();
        return _partial?.Partial;
    }
}
