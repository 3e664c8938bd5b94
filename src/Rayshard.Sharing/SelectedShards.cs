using Rayshard.Storage;

namespace Rayshard.Sharing;

/// <summary>
/// Shards that hold no more than a selection. Frames stay in the ranges of the experiment, so a shard is smaller, or is not there. Where passes are
/// left out, frames and records are those of the experiment that asks for no more than the others: the blobs are the same.
/// </summary>
internal static class SelectedShards
{
    /// <summary>Packs them, by a store of their own in <paramref name="scratch"/>.</summary>
    public static StoredExperiment Pack(StoredExperiment source, FrameSelection selection, string scratch, CancellationToken cancellation)
    {
        var experiment = selection.Of(source.Experiment);

        var plan = new FramePlan(experiment);
        if (plan.FrameBytes != source.Plan.FrameBytes)
        {
            // Fewer passes make a frame smaller; the ranges are to stay.
            experiment = experiment with { ShardBytes = source.Plan.FramesPerShard * plan.FrameBytes };
            plan = new(experiment);
        }

        var test = selection.Test(source.Experiment, source.Plan);
        using var store = Store.Open(scratch);
        foreach (var number in source.Sealed())
        {
            using var shard = ShardReader.Open(source.ShardPath(number));
            var chosen = shard.Frames.Where(entry => test(source.Plan.At(entry.Index))).ToList();
            if (chosen.Count == 0)
            {
                continue;
            }

            using var writer = store.OpenShard(experiment, plan, number);
            foreach (var entry in chosen)
            {
                cancellation.ThrowIfCancellationRequested();
                Append(writer, shard.Read(entry), plan.At(entry.Index), experiment);
            }

            writer.Seal();
        }

        return StoredExperiment.At(store.Folder, experiment, plan);
    }

    private static void Append(ShardWriter writer, StoredFrame stored, Frame frame, Experiment experiment)
    {
        var passes = stored.Record.Passes.Select((pass, i) => (Pass: pass, Index: i)).Where(part => experiment.Passes.Any(pass => pass.Name == part.Pass.Name)).ToList();
        var blobs = passes.Select(part => new byte[stored.BlobBytes(part.Index)]).ToList();
        for (var i = 0; i < passes.Count; i++)
        {
            stored.ReadBlob(passes[i].Index, blobs[i]);
        }

        writer.Append(frame, Record.Of(experiment, frame, passes.Select(part => part.Pass)), [.. blobs.Select(blob => (ReadOnlyMemory<byte>)blob)]);
    }
}
