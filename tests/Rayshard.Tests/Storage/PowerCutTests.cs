using Rayshard.Storage;
using Xunit;

namespace Rayshard.Tests.Storage;

public class PowerCutTests
{
    private const int StatesPerOperation = 8;

    [Fact]
    public async Task Wherever_the_power_is_cut_every_flushed_frame_is_kept_and_the_shard_ends_with_the_same_bytes()
    {
        var experiment = Synthetic.Experiment(lights: 4, framesPerShard: 8, side: 10);
        var plan = new FramePlan(experiment);
        using var folder = new TemporaryFolder();
        var disk = new RecordedDisk(folder.Path);
        var flushed = new List<(int Operations, int Frames)>();
        using (var store = Store.Open(folder.Path, disk))
        {
            using (var writer = store.OpenShard(experiment, plan, 0))
            {
                for (var frame = 0; frame < 8; frame++)
                {
                    Synthetic.Fill(writer, experiment, plan, [.. Enumerable.Range(frame + 1, 7 - frame).Select(i => (long)i)]);
                    if (frame % 3 == 1)
                    {
                        writer.Flush();
                        flushed.Add((disk.Count, writer.Durable));
                    }
                }

                writer.Seal();
                flushed.Add((disk.Count, 8));
            }

            await store.IndexAsync(experiment, plan);
        }

        var path = StoredExperiment.At(folder.Path, experiment, plan).ShardPath(0);
        var whole = Digest.OfFile(path);
        var random = new Random(1);
        var resumed = 0;
        for (var operations = 0; operations <= disk.Count; operations++)
        {
            var safe = flushed.LastOrDefault(mark => mark.Operations <= operations).Frames;
            for (var state = 0; state < StatesPerOperation; state++)
            {
                using var left = new TemporaryFolder();
                disk.Cut(operations, random, left.Path);
                using var store = Store.Open(left.Path);
                if (store.Sealed(experiment, plan, 0) is null)
                {
                    using var writer = store.OpenShard(experiment, plan, 0);
                    Assert.True(writer.Held.Count >= safe, $"cut after {operations} operations: {safe} frames were flushed, {writer.Held.Count} are left");
                    resumed += writer.Held.Count > safe ? 1 : 0;
                    Synthetic.Fill(writer, experiment, plan);
                    writer.Seal();
                }

                Assert.Equal(whole, Digest.OfFile(StoredExperiment.At(left.Path, experiment, plan).ShardPath(0)));
                Assert.DoesNotContain(new Verifier(left.Path).Run(), fault => fault.Kind != FaultKind.BadIndex);
            }
        }

        Assert.True(resumed > 10, "the states were too gentle: frames beyond the flushed ones never survived");
    }

    [Fact]
    public void A_disk_that_forgets_a_flush_is_noticed()
    {
        // The model itself must be able to fail: the same run, but the recorder is told of no flush.
        var experiment = Synthetic.Experiment();
        var plan = new FramePlan(experiment);
        using var folder = new TemporaryFolder();
        var disk = new RecordedDisk(folder.Path);
        using (var store = Store.Open(folder.Path, new FlushlessFiles(disk)))
        using (var writer = store.OpenShard(experiment, plan, 0))
        {
            Synthetic.Fill(writer, experiment, plan);
            writer.Flush();
        }

        var random = new Random(1);
        var lost = 0;
        for (var state = 0; state < 30; state++)
        {
            using var left = new TemporaryFolder();
            disk.Cut(disk.Count, random, left.Path);
            using var store = Store.Open(left.Path);
            using var writer = store.OpenShard(experiment, plan, 0);
            lost += writer.Held.Count < 4 ? 1 : 0;
        }

        Assert.True(lost > 0);
    }

    private sealed class FlushlessFiles(RecordedDisk disk) : IDurableFiles
    {
        public Microsoft.Win32.SafeHandles.SafeFileHandle Open(string path) => disk.Open(path);

        public void Append(Microsoft.Win32.SafeHandles.SafeFileHandle file, long offset, IReadOnlyList<ReadOnlyMemory<byte>> buffers) => disk.Append(file, offset, buffers);

        public void Truncate(Microsoft.Win32.SafeHandles.SafeFileHandle file, long length) => disk.Truncate(file, length);

        public void Flush(Microsoft.Win32.SafeHandles.SafeFileHandle file)
        {
        }

        public void Rename(string from, string to) => disk.Rename(from, to);

        public void FlushFolder(string folder) => disk.FlushFolder(folder);

        public void Remove(string path) => disk.Remove(path);
    }
}
