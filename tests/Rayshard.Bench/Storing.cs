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

    // Of a slow peer's frames.
    private const int SlowPart = 32;

    // Debian's own, because it is the one with NumPy where Blender comes from Debian.
    private const string Python = "/usr/bin/python3";

    /// <summary>Who else is measured, as store.py names them.</summary>
    public static readonly string[] Peers = [.. Webdataset(), "tarfile", "npsave", "h5py", "memmap", "hdf5-gzip"];

    private static readonly TimeSpan s_settling = TimeSpan.FromSeconds(3);
    private static readonly DurableFiles s_files = new();

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

        _pixels = [.. Enumerable.Range(0, Math.Min(16, _frames)).Select(seed => Noise(seed, FrameBytes / sizeof(float)))];
    }

    public IReadOnlyList<Contender> Contenders =>
    [
        // On a thread of its own, as a run's: on one of the pool's two, which waits for those that hash, it left one that hashes, and half the speed.
        Settled("shard", folder => Task.Factory.StartNew(() => Shard(folder).Measured, default, TaskCreationOptions.LongRunning, TaskScheduler.Default)),
        Settled("disk", folder => Task.FromResult(Disk(folder))),
        new(Name("sha256"), _ => Task.FromResult(Timed(Hash))),
        .. Peers.SelectMany(peer => BothWays(peer).Select(way => Settled(way, folder => PythonAsync(peer, folder, hashed: way != peer)))),
        .. _size.Name == "1080p" ? [Settled("exr-zip", ExrAsync)] : Array.Empty<Contender>(),
    ];

    /// <summary>A peer without and with SHA-256.</summary>
    public static IEnumerable<string> BothWays(string peer) => [peer, peer + "+sha256"];

    private int FrameBytes => _size.Width * _size.Height * 4 * sizeof(float);

    private double Megabytes => _frames * (FrameBytes / 1e6);

    private string Name(string name) => $"{name}-{_size.Name}";

    // A virtual machine gives its free memory back to the host (Linux: free page reporting) about two seconds after enough has come together, and a page that
    // is touched again after that is written 4 times slower: 423 against 1,490 MB/s. What the contender before has deleted is given back in this pause. Then
    // each writes all it has once before its clock starts and deletes it, so that behind the clock it meets memory that it has just used.
    private Contender Settled(string name, Func<string, Task<Dictionary<string, double>>> runAsync) => new(Name(name), async folder =>
    {
        Touch();
        await Task.Delay(s_settling);
        return await runAsync(folder);
    });

    // The frames have lain since the last round's turn: memory that the host has reclaimed meanwhile is 5-10 times slower at its first touch.
    private void Touch() => Array.ForEach(_pixels, pixels => pixels.AsSpan().Count(0));

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
        var (experiment, warm) = (Experiment(), Path.Combine(folder, "warm"));
        using (var store = Store.Open(warm))
        {
            Fill(store, experiment);
        }

        Directory.Delete(warm, recursive: true);
        s_files.FlushFolder(folder);
        var path = Path.Combine(folder, "store");
        using (var store = Store.Open(path))
        {
            var measured = Timed(() => Fill(store, experiment));
            measured["sha256_read_us"] = Read(store, new(experiment));
            ReadMapped(path, measured);
            return (path, experiment, measured);
        }
    }

    private void Fill(Store store, Experiment experiment)
    {
        var (plan, records) = (new FramePlan(experiment), new RecordWriter(experiment));
        using var storing = new StoringQueue(plan);
        using var shard = new ShardRun(() => store.OpenShard(experiment, plan, 0), storing, new());
        var memory = new FlatMemory();
        for (var i = 0; i < plan.Count; i++)
        {
            var frame = plan.At(i);
            var pixels = _pixels[i % _pixels.Length];
            shard.Append(frame, () => FrameBlobs.Of(experiment, records, frame, pixels, 4), isReused: false);
            memory.Keep(shardsSealed: 0);
        }

        shard.Seal();
        storing.Drain();
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

        return Median(times);
    }

    // As a training loop reads: found by index, copied out of the mapping; checked is against the manifest's XXH3.
    private void ReadMapped(string path, Dictionary<string, double> measured)
    {
        using var frames = MappedFrames.Open(path);
        var random = new Random(7);
        var some = Enumerable.Range(0, Math.Min(400, 8 * _frames)).Select(_ => random.Next(_frames)).ToArray();
        (measured["read_us"], measured["checked_read_us"]) = (Median(ReadAll(frames, some, isChecked: false)), Median(ReadAll(frames, some, isChecked: true)));
        var all = Enumerable.Range(0, _frames).ToArray();
        measured["scan_mb_per_s"] = Megabytes / ReadAll(frames, all, isChecked: false).Sum() * ReadMicroseconds;
        random.Shuffle(all);
        measured["shuffle_mb_per_s"] = Megabytes / ReadAll(frames, all, isChecked: false).Sum() * ReadMicroseconds;
    }

    private double[] ReadAll(MappedFrames frames, int[] indexes, bool isChecked)
    {
        var floats = new float[FrameBytes / sizeof(float)];
        return [.. indexes.Select(index =>
        {
            var begun = Stopwatch.GetTimestamp();
            using (var frame = frames.TryGet(index)!)
            {
                if (isChecked)
                {
                    frame.Check();
                }

                frame.Floats(0).Span.CopyTo(floats);
            }

            return Stopwatch.GetElapsedTime(begun).TotalMicroseconds;
        })];
    }

    private static double Median(IEnumerable<double> times)
    {
        var sorted = times.Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    private void Hash()
    {
        for (var i = 0; i < _frames; i++)
        {
            SHA256.HashData(MemoryMarshal.AsBytes(_pixels[i % _pixels.Length].AsSpan()));
        }
    }

    private Dictionary<string, double> Disk(string folder)
    {
        Write(folder);
        File.Delete(Path.Combine(folder, Raw));
        s_files.FlushFolder(folder);
        return Timed(() => Write(folder));
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

    private Task<Dictionary<string, double>> PythonAsync(string way, string folder, bool hashed)
    {
        var frames = way == "hdf5-gzip" ? Math.Max(2, _frames / SlowPart) : _frames;
        return ToldAsync(frames, Python, Path.Combine(_bench, "peers", "store.py"), way, folder, Text(frames), Text(_size.Width), Text(_size.Height), hashed ? "1" : "0");
    }

    private Task<Dictionary<string, double>> ExrAsync(string folder)
    {
        const int frames = 8;
        return ToldAsync(
            frames, "blender", "--background", "--factory-startup", "-noaudio", "--python-exit-code", "64", "--python", Path.Combine(_bench, "peers", "save_exr.py"), "--", folder, Text(frames), Text(_size.Width), Text(_size.Height));
    }

    // What a peer tells in its last line.
    private async Task<Dictionary<string, double>> ToldAsync(int frames, string program, params string[] arguments)
    {
        using var peer = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = peer.StandardError.ReadToEndAsync();
        var said = await peer.StandardOutput.ReadToEndAsync();
        await peer.WaitForExitAsync();
        if (peer.ExitCode != 0)
        {
            throw new RayshardException(ExitCode.Failed, $"{program} {arguments[0]} ended with exit code {peer.ExitCode}; the peers need what blender/install.sh --bench installs: {await errors}");
        }

        var json = JObject.Parse(said.TrimEnd().Split('\n').Last(line => line.StartsWith('{')));
        var megabytes = frames * (FrameBytes / 1e6);
        var rates = Rates(megabytes, json.Value<double>("seconds"), json.Value<double>("cpu"));
        rates["scan_mb_per_s"] = megabytes / json.Value<double>("scan_s");
        if (json["read_us"] is { } read)
        {
            (rates["read_us"], rates["shuffle_mb_per_s"]) = ((double)read, megabytes / json.Value<double>("shuffle_s"));
        }

        return rates;
    }

    private Dictionary<string, double> Timed(Action work)
    {
        var (begun, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        work();
        return Rates(Megabytes, Stopwatch.GetElapsedTime(begun).TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
    }

    private static Dictionary<string, double> Rates(double megabytes, double seconds, double cpuSeconds) =>
        new() { ["mb_per_s"] = megabytes / seconds, ["cpu_s_per_gb"] = cpuSeconds / (megabytes / 1000) };

    // Debian has no package of it.
    private static string[] Webdataset()
    {
        using var python = Process.Start(new ProcessStartInfo(Python, ["-c", "import webdataset"]) { RedirectStandardError = true })!;
        python.StandardError.ReadToEnd();
        python.WaitForExit();
        if (python.ExitCode == 0)
        {
            return ["webdataset"];
        }

        Console.WriteLine($"{Python} can't import webdataset (measured: version 1.0.2), so tarfile, which it writes with, stands in for it.");
        return [];
    }

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
