using Rayshard.Execution;
using Rayshard.Storage;

namespace Rayshard.Bench;

/// <summary>Frames that no Blender rendered, in real shards, stored as a run stores them.</summary>
internal static class SyntheticStore
{
    /// <summary>Square frames of RGBA; it says whose it is, so that it can be bundled.</summary>
    public static Experiment Experiment(string root, int frames, int side, long shardBytes) => ExperimentResolver.Resolve(new()
    {
        Source = new(Path.Combine(root, "tests", "Rayshard.Bench", "turning-cube", "Bench.cs"), 1),
        Name = "turning-cube",
        Toolchain = "debian-12",
        Scene = new() { File = "scene.py" },
        Parameters = [new("turn") { Path = """objects["Cube"].rotation_euler[2]""", Linear = new(0, 1, frames) }],
        Render = new() { Width = side, Height = side, Samples = 1 },
        Passes = [new("combined")],
        Capture = Capture.Passes,
        ShardBytes = shardBytes,
        About = new() { License = "CC0-1.0", Authors = [new("Nobody")], Published = "2026-11-25" },
    });

    /// <summary>Stores every frame. The first float that Blender would give, bottom left, is the frame's index; the others are small numbers.</summary>
    public static void Fill(Store store, Experiment experiment, FramePlan plan)
    {
        var records = new RecordWriter(experiment);
        var pixels = Enumerable.Range(0, 4 * experiment.Render.Width * experiment.Render.Height).Select(i => (float)i).ToArray();
        using var storing = new StoringQueue(plan);
        for (var number = 0; number < plan.ShardCount; number++)
        {
            var (first, count) = plan.Shard(number);
            using var shard = new ShardRun(() => store.OpenShard(experiment, plan, number), storing, new());
            for (var index = first; index < first + count; index++)
            {
                var frame = plan.At(index);
                pixels[0] = index;
                var blobs = FrameBlobs.Of(experiment, records, frame, pixels, 4);
                shard.Append(frame, () => blobs, isReused: false);
            }

            shard.Seal();
            storing.Drain();
        }
    }
}
