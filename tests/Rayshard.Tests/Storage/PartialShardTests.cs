using Rayshard.Storage;

namespace Rayshard.Tests.Storage;

public sealed class PartialShardTests
{
    [Fact]
    public void Frames_are_seen_as_they_are_appended_and_can_be_read_while_the_shard_grows_and_after_it_is_sealed()
    {
        using var folder = new TemporaryFolder();
        var experiment = Synthetic.Experiment();
        var plan = new FramePlan(experiment);
        using var store = Store.Open(folder.Path);
        using var writer = store.OpenShard(experiment, plan, 0);
        var stored = StoredExperiment.At(folder.Path, experiment, plan);
        using var partial = PartialShard.TryOpen(stored, 0)!;
        Assert.Equal([0], stored.Partials());
        for (var index = 0L; index < writer.Layout.Expected; index++)
        {
            var (record, blobs) = Synthetic.Render(experiment, plan.At(index));
            writer.Append(plan.At(index), record, blobs);
            partial.Advance();

            Assert.Equal(index + 1, partial.Frames.Count);
            using var frame = partial.Read(partial.Find(index)!.Value);
            Assert.Equal(record.Address, frame.Record.Address);
            var blob = new byte[frame.BlobBytes(0)];
            frame.ReadBlob(0, blob);
            Assert.Equal(blobs[0].ToArray(), blob);
        }

        writer.Seal();
        partial.Advance();
        Assert.Equal(writer.Layout.Expected, partial.Frames.Count);
        Assert.Null(PartialShard.TryOpen(stored, 0));
        Assert.Empty(stored.Partials());
    }

    [Fact]
    public void A_frame_that_is_torn_is_not_seen_until_it_is_whole()
    {
        using var folder = new TemporaryFolder();
        var experiment = Synthetic.Experiment();
        var plan = new FramePlan(experiment);
        var stored = StoredExperiment.At(folder.Path, experiment, plan);
        using (var store = Store.Open(folder.Path))
        using (var writer = store.OpenShard(experiment, plan, 0))
        {
            Synthetic.Fill(writer, experiment, plan, without: [0, 1]);
        }

        var path = stored.ShardPath(0) + ".partial";
        var whole = File.ReadAllBytes(path);
        File.WriteAllBytes(path, whole[..^100]);
        using var partial = PartialShard.TryOpen(stored, 0)!;
        partial.Advance();
        Assert.Equal([2L], partial.Frames.Select(frame => frame.Index));

        File.WriteAllBytes(path, whole);
        partial.Advance();
        Assert.Equal([2L, 3L], partial.Frames.Select(frame => frame.Index));
        Assert.Null(partial.Find(0));
    }
}
