using Rayshard.Storage;

namespace Rayshard.Tests.Storage;

/// <summary>Frames without Blender: their pixels are a function of frame key and pass, so any mix-up shows.</summary>
internal static class Synthetic
{
    public static Experiment Experiment(int lights = 5, int framesPerShard = 4, string name = "synthetic", string description = "", int side = 6)
    {
        var experiment = new Experiment
        {
            Name = name,
            Description = description,
            Toolchain = "debian12-3.4.1",
            Scene = new() { File = "scene.py", Files = new Dictionary<string, string> { ["scene.py"] = Digest.Of("scene").ToString() } },
            Seed = 7,
            Parameters =
            [
                new("light") { Path = "lights[\"Key\"].energy", Linear = new(10, 1000, lights), Source = default },
                new("colour") { List = [Value.Vector(1, 0.5, 0.25), Value.Vector(0, 0, 1)], Source = default },
            ],
            Render = new() { Width = side + 1, Height = side, Samples = 1 },
            Passes = [new("combined") { Name = "rgb", Channels = "RGB", Source = default }, new("combined") { Name = "combined", Source = default }],
            Capture = Capture.Passes,
            Source = default,
        };
        return experiment with { ShardBytes = framesPerShard * new FramePlan(experiment).FrameBytes };
    }

    public static (Record Record, ReadOnlyMemory<byte>[] Blobs) Render(Experiment experiment, Frame frame)
    {
        var passes = new List<RecordedPass>();
        var blobs = new List<ReadOnlyMemory<byte>>();
        foreach (var pass in experiment.Passes.OrderBy(pass => pass.Name, StringComparer.Ordinal))
        {
            var channels = FramePlan.ChannelsOf(pass);
            var (height, width) = (experiment.Render.Height, experiment.Render.Width);
            var blob = new byte[Npy.LengthOf(height, width, channels.Count)];
            Npy.WriteHeader(blob, height, width, channels.Count);
            new Random(BitConverter.ToInt32(frame.Key.Bytes) ^ pass.Name!.Length).NextBytes(blob.AsSpan(Npy.HeaderBytes));
            passes.Add(new(pass.Name!, channels, height, width, "1", Digest.Of(blob)));
            blobs.Add(blob);
        }

        return (Record.Of(experiment, frame, passes), [.. blobs]);
    }

    /// <summary>Appends what the writer lacks of its range, but for the frames to leave out.</summary>
    public static void Fill(ShardWriter writer, Experiment experiment, FramePlan plan, params long[] without)
    {
        var held = writer.Held.Select(entry => entry.Index).ToHashSet();
        for (var index = writer.Layout.First; index < writer.Layout.First + writer.Layout.Expected; index++)
        {
            if (!held.Contains(index) && !without.Contains(index))
            {
                var frame = plan.At(index);
                var (record, blobs) = Render(experiment, frame);
                writer.Append(frame, record, blobs);
            }
        }
    }

    /// <summary>Renders every shard that the store lacks and writes the index.</summary>
    public static void RenderAll(Store store, Experiment experiment)
    {
        var plan = new FramePlan(experiment);
        for (var shard = 0; shard < plan.ShardCount; shard++)
        {
            if (store.Sealed(experiment, plan, shard) is not { IsComplete: true })
            {
                using var writer = store.OpenShard(experiment, plan, shard);
                Fill(writer, experiment, plan);
                writer.Seal();
            }
        }

        store.IndexAsync(experiment, plan).GetAwaiter().GetResult();
    }

    /// <summary>A store of its own with the experiment rendered; returns the experiment's folder.</summary>
    public static StoredExperiment RenderedStore(TemporaryFolder folder, Experiment? experiment = null)
    {
        experiment ??= Experiment();
        using (var store = Store.Open(folder.Path))
        {
            RenderAll(store, experiment);
        }

        return StoredExperiment.At(folder.Path, experiment, new(experiment));
    }
}
