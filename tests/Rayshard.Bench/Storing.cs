using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Newtonsoft.Json.Linq;
using Rayshard.Execution;
using Rayshard.Storage;

namespace Rayshard.Bench;

/// <summary>Store only: noisy frames of one size, flipped, hashed and flushed as a run does it; beside them what the machine can do at all.</summary>
internal sealed class Storing
{
    private const string Raw = "raw";
    private const double ReadMicroseconds = 1e6;

    /// <summary>Who else is measured, as store.py names them.</summary>
    public static readonly string[] Peers = ["tarfile", "npsave", "h5py"];

    private readonly Sizes _size;
    private readonly string _bench;
    private readonly int _frames;
    private readonly float[][] _pixels;

    /// <param name="root">The repository.</param>
    /// <param name="size">The frames' size.</param>
    /// <param name="megabytes">How much is stored, about.</param>
    public Storing(string root, Sizes size, int megabytes)
    {
        _bench = Path.Combine(root, "tests", "Rayshard.Bench");
        _size = size;
        _frames = Math.Max(4, (int)(megabytes * 1e6 / FrameBytes));

        // Made, and so touched, before any clock starts: first touch of memory that the host has reclaimed is 5-10 times slower.
        _pixels = [.. Enumerable.Range(0, Math.Min(16, _frames)).Select(seed => Noise(seed, FrameBytes / sizeof(float)))];
    }

    public IReadOnlyList<Contender> Contenders =>
    [
        Touched("shard", folder => Task.FromResult(Shard(folder).Measured)),
        Touched("disk", folder => Task.FromResult(Timed(() => Write(folder)))),
        new(Name("sha256"), _ => Task.FromResult(Timed(Hash))),
        .. Peers.SelectMany(peer => BothWays(peer).Select(way => Touched(way, folder => PythonAsync(peer, folder, hashed: way != peer)))),
    ];

    /// <summary>A peer without and with SHA-256.</summary>
    public static IEnumerable<string> BothWays(string peer) => [peer, peer + "+sha256"];

    private int FrameBytes => _size.Width * _size.Height * 4 * sizeof(float);

    private double Megabytes => _frames * (FrameBytes / 1e6);

    private string Name(string name) => $"{name}-{_size.Name}";

    // Free memory goes back to the host within seconds, and the page cache of whoever writes next is 4 times slower: 423 against 1750 MB/s.
    private Contender Touched(string name, Func<string, Task<Dictionary<string, double>>> runAsync) => new(Name(name), folder =>
    {
        Write(folder);
        File.Delete(Path.Combine(folder, Raw));
        return runAsync(folder);
    });

    /// <summary>What an experiment of so many frames of this size is; no Blender renders it.</summary>
    private Experiment Experiment() => ExperimentResolver.Resolve(new()
        {
            Source = new(Path.Combine(_bench, "turning-cube", "Bench.cs"), 1),
            Name = "turning-cube",
            Toolchain = "debian-12",
            Scene = new() { File = "scene.py" },
            Parameters = [new("turn") { Path = """objects["Cube"].rotation_euler[2]""", Linear = new(0, 1, _frames) }],
            Render = new() { Width = _size.Width, Height = _size.Height, Samples = 1 },
            Passes = [new("combined")],
            Capture = Capture.Passes,
        });

    /// <summary>Writes a store into a folder, as a run does; gives the store's folder, its experiment, and what was measured.</summary>
    public (string Store, Experiment Experiment, Dictionary<string, double> Measured) Shard(string folder)
    {
        var (experiment, path) = (Experiment(), Path.Combine(folder, "store"));
        var (plan, records) = (new FramePlan(experiment), new RecordWriter(experiment));
        using var store = Store.Open(path);
        var measured = Timed(() =>
        {
            using var storing = new StoringQueue(plan);
            using var shard = new ShardRun(() => store.OpenShard(experiment, plan, 0), storing, new());
            for (var i = 0; i < _frames; i++)
            {
                var frame = plan.At(i);
                var pixels = _pixels[i % _pixels.Length];
                shard.Append(frame, () => FrameBlobs.Of(experiment, records, frame, pixels, 4), isReused: false);
            }

            shard.Seal();
            storing.Drain();
        });
        measured["sha256_read_us"] = Read(store, plan);
        (measured["read_us"], measured["checked_read_us"]) = (ReadMapped(path, isChecked: false), ReadMapped(path, isChecked: true));
        return (path, experiment, measured);
    }

    private double Read(Store store, FramePlan plan)
    {
        var random = new Random(7);
        var blob = new byte[Npy.LengthOf(_size.Height, _size.Width, 4)];
        var times = new List<double>();
        for (var i = 0; i < Math.Min(200, 4 * _frames); i++)
        {
            var key = plan.At(random.Next(_frames)).Key;
            var begun = Stopwatch.GetTimestamp();
            using var frame = store.TryFind(key)!;
            frame.ReadBlob(0, blob);
            times.Add(Stopwatch.GetElapsedTime(begun).TotalSeconds * ReadMicroseconds);
        }

        times.Sort();
        return times[times.Count / 2];
    }

    // As a training loop reads: found by index, copied out of the mapping; checked is against the manifest's XXH3.
    private double ReadMapped(string path, bool isChecked)
    {
        using var frames = MappedFrames.Open(path);
        var random = new Random(7);
        var floats = new float[FrameBytes / sizeof(float)];
        var times = new List<double>();
        for (var i = 0; i < Math.Min(400, 8 * _frames); i++)
        {
            var index = random.Next(_frames);
            var begun = Stopwatch.GetTimestamp();
            using (var frame = frames.TryGet(index)!)
            {
                if (isChecked)
                {
                    frame.Check();
                }

                frame.Floats(0).Span.CopyTo(floats);
            }

            times.Add(Stopwatch.GetElapsedTime(begun).TotalSeconds * ReadMicroseconds);
        }

        times.Sort();
        return times[times.Count / 2];
    }

    private void Hash()
    {
        for (var i = 0; i < _frames; i++)
        {
            SHA256.HashData(MemoryMarshal.AsBytes(_pixels[i % _pixels.Length].AsSpan()));
        }
    }

    private void Write(string folder)
    {
        using var file = File.OpenHandle(Path.Combine(folder, Raw), FileMode.CreateNew, FileAccess.Write);
        for (var i = 0; i < _frames; i++)
        {
            RandomAccess.Write(file, MemoryMarshal.AsBytes(_pixels[i % _pixels.Length].AsSpan()), (long)i * FrameBytes);
        }

        RandomAccess.FlushToDisk(file);
    }

    private async Task<Dictionary<string, double>> PythonAsync(string way, string folder, bool hashed)
    {
        // Debian's own, because it is the one with NumPy where Blender comes from Debian.
        using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3")
        {
            ArgumentList = { Path.Combine(_bench, "peers", "store.py"), way, folder, Text(_frames), Text(_size.Width), Text(_size.Height), hashed ? "1" : "0" },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = python.StandardError.ReadToEndAsync();
        var said = await python.StandardOutput.ReadToEndAsync();
        await python.WaitForExitAsync();
        if (python.ExitCode != 0)
        {
            throw new RayshardException(ExitCode.Failed, $"store.py {way} ended with exit code {python.ExitCode}; it needs NumPy and h5py (blender/install.sh --bench): {await errors}");
        }

        var json = JObject.Parse(said);
        var rates = Rates(json.Value<double>("seconds"), json.Value<double>("cpu"));
        if (json["read_us"] is { } read)
        {
            rates["read_us"] = (double)read;
        }

        return rates;
    }

    private Dictionary<string, double> Timed(Action work)
    {
        var (begun, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        work();
        return Rates(Stopwatch.GetElapsedTime(begun).TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
    }

    private Dictionary<string, double> Rates(double seconds, double cpuSeconds) =>
        new() { ["mb_per_s"] = Megabytes / seconds, ["cpu_s_per_gb"] = cpuSeconds / (Megabytes / 1000) };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static float[] Noise(int seed, int count)
    {
        var random = new Random(seed);
        var floats = new float[count];
        foreach (ref var value in floats.AsSpan())
        {
            value = random.NextSingle();
        }

        return floats;
    }
}
