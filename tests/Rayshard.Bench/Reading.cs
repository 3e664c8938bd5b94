using System.Diagnostics;
using System.Globalization;
using Newtonsoft.Json.Linq;
using Rayshard.Sharing;
using Rayshard.Storage;

namespace Rayshard.Bench;

/// <summary>Random frames of a bundle of many: by MappedFrames, and by Python (peers/read.py). Each frame is read once and copied out, from the page cache.</summary>
internal sealed class Reading(string root, string output)
{
    private const int Reads = 10_000;

    /// <summary>Makes the bundle, reads and deletes it.</summary>
    /// <returns>Medians and 99th percentiles in microseconds, and what was made.</returns>
    public async Task<JObject> RunAsync(int frames, int side)
    {
        var folder = Path.Combine(output, "reads");
        if (Directory.Exists(folder))
        {
            // Of a run that was killed.
            Directory.Delete(folder, recursive: true);
        }

        try
        {
            var row = new JObject { ["frames"] = frames, ["side"] = side };
            var begun = Stopwatch.GetTimestamp();
            var bundle = await BundleAsync(folder, frames, side);
            row["made_s"] = Math.Round(Stopwatch.GetElapsedTime(begun).TotalSeconds, 1);
            row["bytes"] = bundle.Head.Manifest.Shards.Sum(shard => shard.Bytes);
            Read(row, bundle.Folder, frames);
            var python = await ChildAsync(bundle.Folder);
            row.Merge(python);
            return row;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<Bundle> BundleAsync(string folder, int frames, int side)
    {
        var bench = Path.Combine(root, "tests", "Rayshard.Bench", "turning-cube");
        var experiment = SyntheticStore.Experiment(root, frames, side, shardBytes: 1L << 30);
        var path = Path.Combine(folder, "store");
        using (var store = Store.Open(path))
        {
            SyntheticStore.Fill(store, experiment, new(experiment));
        }

        return await new Bundler(new() { Experiment = experiment, SceneFolder = bench, StoreFolder = path, BlenderFolder = Path.Combine(root, "blender") }).WriteAsync(Path.Combine(folder, "bundle"), CancellationToken.None);
    }

    private static void Read(JObject row, string bundle, int count)
    {
        using var frames = MappedFrames.Open(bundle);
        var begun = Stopwatch.GetTimestamp();

        // Each shard's manifest is read when the first of its frames is asked for.
        Wanted(frames.Indexes().Count() == count);
        row["mapped_open_s"] = Math.Round(Stopwatch.GetElapsedTime(begun).TotalSeconds, 3);
        var shape = frames.Passes[0];
        var floats = new float[shape.Height * shape.Width * shape.Channels.Count];
        var times = new double[Reads];
        var random = new Random(7);
        for (var i = 0; i < Reads; i++)
        {
            var index = random.Next(count);
            begun = Stopwatch.GetTimestamp();
            using (var frame = frames.TryGet(index)!)
            {
                frame.Floats(0).Span.CopyTo(floats);
            }

            times[i] = Stopwatch.GetElapsedTime(begun).TotalMicroseconds;
            Wanted(floats[(shape.Height - 1) * shape.Width * shape.Channels.Count] == index);
        }

        Array.Sort(times);
        (row["mapped_us"], row["mapped_p99_us"]) = (Math.Round(times[Reads / 2], 2), Math.Round(times[Reads * 99 / 100], 2));
    }

    private async Task<JObject> ChildAsync(string bundle)
    {
        using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3")
        {
            ArgumentList = { Path.Combine(root, "tests", "Rayshard.Bench", "peers", "read.py"), bundle, Reads.ToString(CultureInfo.InvariantCulture) },
            RedirectStandardOutput = true,
            Environment = { ["PYTHONDONTWRITEBYTECODE"] = "1" },
        })!;
        var said = await python.StandardOutput.ReadToEndAsync();
        await python.WaitForExitAsync();
        return python.ExitCode == 0 ? JObject.Parse(said) : throw new RayshardException(ExitCode.Failed, $"read.py ended with exit code {python.ExitCode}; it needs NumPy (blender/install.sh)");
    }

    private static void Wanted(bool holds)
    {
        if (!holds)
        {
            throw new RayshardException(ExitCode.Failed, "what was read is not what was stored");
        }
    }
}
