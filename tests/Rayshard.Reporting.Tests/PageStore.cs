using System.Runtime.InteropServices;
using Rayshard.Storage;
using Rayshard.Tests.Storage;

namespace Rayshard.Reporting.Tests;

/// <summary>A store without Blender: its pixels are a function of frame, place and channel, with what a float can be among them.</summary>
internal sealed class PageStore : IDisposable
{
    /// <summary>What a name that means harm would look like.</summary>
    public const string Harm = "</script><script>document.title='harmed'</script><img src=x onerror=\"document.title='harmed'\"><!--<script>&amp;\u2028\u2029`${1}`\\' \u202E\u05E9\u05DC\u05D5\u05DD";

    private readonly TemporaryFolder _folder = new();

    public PageStore(int frames = 48, long? planned = null, int width = 24, int height = 16, int shards = 1, long nothing = -1, params long[] without)
    {
        var experiment = new Experiment
        {
            Name = "page",
            Description = Harm,
            Toolchain = "debian-12",
            Scene = new() { File = "scene.py", Files = new Dictionary<string, string> { ["scene.py"] = Digest.Of("scene").ToString() } },
            Seed = 7,
            Parameters =
            [
                new("light") { Linear = new(10, 1000, (planned ?? frames) / 2), Unit = Harm, Source = default },
                new("paint") { List = ["plain", Harm], Source = default },
                new(Harm) { List = [Harm], Unit = Harm, Source = default },
            ],
            Render = new() { Width = width, Height = height, Samples = 1 },
            Passes = [new("combined") { Name = "combined", Source = default }, new("depth") { Name = "depth", Source = default }, new("normal") { Name = "normal", Source = default }],
            Capture = Capture.Passes,
            Source = default,
        };
        Experiment = experiment with { ShardBytes = frames / shards * new FramePlan(experiment).FrameBytes };
        Plan = new(Experiment);
        using var store = Store.Open(_folder.Path);
        for (var shard = 0; shard < shards; shard++)
        {
            using var writer = store.OpenShard(Experiment, Plan, shard);
            var (first, count) = Plan.Shard(shard);
            for (var index = first; index < Math.Min(first + count, frames); index++)
            {
                if (!without.Contains(index))
                {
                    var frame = Plan.At(index);
                    var (record, blobs) = Render(Experiment, frame, frame.Index == nothing);
                    writer.Append(frame, record, blobs);
                }
            }

            writer.Seal();
        }
    }

    public Experiment Experiment { get; }

    public FramePlan Plan { get; }

    public string Folder => _folder.Path;

    public string Runs => _folder["runs"];

    public string Shard => ShardPath(0);

    public string ShardPath(int shard) => StoredExperiment.At(Folder, Experiment, Plan).ShardPath(shard);

    public void Dispose() => _folder.Dispose();

    public FrameShelf OpenShelf() => FrameShelf.Open(Folder, Experiment);

    /// <summary>Writes the experiment's report and gives its address on disk.</summary>
    public string Report(FrameSample? sample = null)
    {
        using var shelf = OpenShelf();
        var path = _folder["report.html"];
        new Report(shelf, Runs, [new("combined", "R", Harm, Holds: true)]).Write(path, sample, DateTimeOffset.UnixEpoch, default);
        return path;
    }

    /// <summary>A float of a frame. Light goes from 0 to 8; some of it is negative, not finite or as small as can be; some depth is the background.</summary>
    public static float At(string pass, long frame, int x, int y, int channel) => (pass, x, y) switch
    {
        ("combined", 0, 0) => new[] { float.NaN, float.PositiveInfinity, -0.0f, float.Epsilon }[channel],
        ("combined", 1, 0) => new[] { -1.5f, 1e-7f, 123456792f, 0.1f }[channel],
        ("combined", _, _) => channel == 3 ? 1 : (x + (frame * 0.37f)) / (3 + channel) / (y + 1),
        ("depth", > 12, _) => 1e10f,
        ("depth", _, _) => 2 + (0.1f * x) + (0.01f * frame),
        _ => MathF.Sin(x + (channel * 2) + (y * 0.3f) + frame),
    };

    public static (Record Record, ReadOnlyMemory<byte>[] Blobs) Render(Experiment experiment, Frame frame, bool isNothing = false)
    {
        var passes = new List<RecordedPass>();
        var blobs = new List<ReadOnlyMemory<byte>>();
        foreach (var pass in experiment.Passes.OrderBy(pass => pass.Name, StringComparer.Ordinal))
        {
            var channels = FramePlan.ChannelsOf(pass);
            var (height, width) = (experiment.Render.Height, experiment.Render.Width);
            var blob = new byte[Npy.LengthOf(height, width, channels.Count)];
            Npy.WriteHeader(blob, height, width, channels.Count);
            var pixels = MemoryMarshal.Cast<byte, float>(blob.AsSpan(Npy.HeaderBytes));
            for (var i = 0; i < pixels.Length; i++)
            {
                var (pixel, channel) = (i / channels.Count, i % channels.Count);
                pixels[i] = isNothing ? (pass.Name == "depth" ? 1e10f : float.NaN) : At(pass.Name!, frame.Index, pixel % width, pixel / width, channel);
            }

            passes.Add(new(pass.Name!, channels, height, width, "1", Digest.Of(blob)));
            blobs.Add(blob);
        }

        return (Record.Of(experiment, frame, passes), [.. blobs]);
    }
}
