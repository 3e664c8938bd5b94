using Rayshard.Storage;

namespace Rayshard.Inspection;

/// <summary>The chosen frames that stand in an experiment's sealed shards, in order.</summary>
internal sealed class StoredFrames
{
    private readonly StoredExperiment _experiment;
    private readonly FrameSample _sample;

    public StoredFrames(Store store, Experiment resolved, FrameSample sample)
    {
        _experiment = StoredExperiment.At(store.Folder, resolved, new(resolved));
        _sample = sample;
        Passes = ShardLayout.Of(resolved, _experiment.Plan, 0).Passes;

        // The ends of the files are enough where all are wanted.
        Count = sample == FrameSample.All
            ? _experiment.Sealed().Sum(shard => (long)(store.Sealed(resolved, _experiment.Plan, shard)?.Held ?? 0))
            : Read().LongCount();
    }

    /// <summary>The passes of every frame, by name.</summary>
    public IReadOnlyList<ShardPass> Passes { get; }

    /// <summary>How many there are.</summary>
    public long Count { get; }

    /// <summary>Opens shard after shard. A frame is read before the next is asked for.</summary>
    public IEnumerable<(ShardReader Shard, FrameEntry Entry)> Read()
    {
        using var chosen = (_sample == FrameSample.All ? [] : _sample.Of(_experiment.Plan.Settings, _experiment.Plan.Count)).GetEnumerator();
        var more = chosen.MoveNext();
        foreach (var number in _experiment.Sealed())
        {
            using var shard = ShardReader.Open(_experiment.ShardPath(number));
            if (_sample == FrameSample.All)
            {
                foreach (var entry in shard.Frames)
                {
                    yield return (shard, entry);
                }
            }

            for (; more && chosen.Current < shard.Layout.First + shard.Layout.Expected; more = chosen.MoveNext())
            {
                if (shard.Find(chosen.Current) is { } entry)
                {
                    yield return (shard, entry);
                }
            }
        }
    }
}
