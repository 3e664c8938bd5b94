using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Newtonsoft.Json.Linq;
using Rayshard.Storage;

namespace Rayshard.Bench;

/// <summary>Store only: noisy frames of 256x256x4 floats, 1 MiB each, hashed and flushed; beside them what the machine can do at all.</summary>
internal sealed class Storing(string root)
{
    private const string Raw = "raw";
    private const int Size = 256;
    private const int Frames = 512;
    private const int FrameBytes = Size * Size * 4 * sizeof(float);
    private const double Megabytes = Frames * (FrameBytes / 1e6);

    private readonly string _bench = Path.Combine(root, "tests", "Rayshard.Bench");

    // Made, and so touched, before any clock starts: first touch of memory that the host has reclaimed is 5-10 times slower.
    private readonly byte[][] _pixels = [.. Enumerable.Range(0, 16).Select(Noise)];

    public IReadOnlyList<Contender> Contenders =>
    [
        Touched("shard", folder => Task.FromResult(Timed(() => Shard(folder)))),
        Touched("tarfile", folder => PythonAsync("tarfile", folder)),
        Touched("npsave", folder => PythonAsync("npsave", folder)),
        Touched("disk", folder => Task.FromResult(Timed(() => Write(folder)))),
        new("sha256", _ => Task.FromResult(Timed(Hash))),
    ];

    // Free memory goes back to the host within seconds, and the page cache of whoever writes next is 4 times slower: 423 against 1750 MB/s.
    private Contender Touched(string name, Func<string, Task<Dictionary<string, double>>> runAsync) => new(name, folder =>
    {
        Write(folder);
        File.Delete(Path.Combine(folder, Raw));
        return runAsync(folder);
    });

    /// <summary>Writes the store; gives its folder and its experiment.</summary>
    public (string Store, Experiment Experiment) Shard(string folder)
    {
        var experiment = ExperimentResolver.Resolve(new()
        {
            Source = new(Path.Combine(_bench, "turning-cube", "Bench.cs"), 1),
            Name = "turning-cube",
            Toolchain = "debian-12",
            Scene = new() { File = "scene.py" },
            Parameters = [new("turn") { Path = """objects["Cube"].rotation_euler[2]""", Linear = new(0, 1, Frames) }],
            Render = new() { Width = Size, Height = Size, Samples = 1 },
            Passes = [new("combined")],
            Capture = Capture.Passes,
        });
        var plan = new FramePlan(experiment);
        var blob = new byte[Npy.LengthOf(Size, Size, 4)];
        var path = Path.Combine(folder, "store");
        using var store = Store.Open(path);
        using var writer = store.OpenShard(experiment, plan, 0);
        for (var i = 0; i < Frames; i++)
        {
            var frame = plan.At(i);
            Npy.WriteHeader(blob, Size, Size, 4);
            _pixels[i % _pixels.Length].CopyTo(blob, Npy.HeaderBytes);
            var pass = new RecordedPass("combined", FramePlan.ChannelsOf(experiment.Passes[0]), Size, Size, BlenderFacts.Passes["combined"].Unit, Digest.Of(blob));
            writer.Append(frame, Record.Of(experiment, frame, [pass]), [blob]);
        }

        writer.Seal();
        return (path, experiment);
    }

    private void Hash()
    {
        for (var i = 0; i < Frames; i++)
        {
            SHA256.HashData(_pixels[i % _pixels.Length]);
        }
    }

    private void Write(string folder)
    {
        using var file = File.OpenHandle(Path.Combine(folder, Raw), FileMode.CreateNew, FileAccess.Write);
        for (var i = 0; i < Frames; i++)
        {
            RandomAccess.Write(file, _pixels[i % _pixels.Length], (long)i * FrameBytes);
        }

        RandomAccess.FlushToDisk(file);
    }

    private async Task<Dictionary<string, double>> PythonAsync(string way, string folder)
    {
        // Debian's own, because it is the one with NumPy where Blender comes from Debian.
        using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3")
        {
            ArgumentList = { Path.Combine(_bench, "peers", "store.py"), way, folder, Frames.ToString(CultureInfo.InvariantCulture) },
            RedirectStandardOutput = true,
        })!;
        var said = await python.StandardOutput.ReadToEndAsync();
        await python.WaitForExitAsync();
        if (python.ExitCode != 0)
        {
            throw new RayshardException(ExitCode.Failed, $"store.py {way} ended with exit code {python.ExitCode}; it needs NumPy");
        }

        var json = JObject.Parse(said);
        return Rates(json.Value<double>("seconds"), json.Value<double>("cpu"));
    }

    private static Dictionary<string, double> Timed(Action work)
    {
        var (begun, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        work();
        return Rates(Stopwatch.GetElapsedTime(begun).TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
    }

    private static Dictionary<string, double> Rates(double seconds, double cpuSeconds) =>
        new() { ["mb_per_s"] = Megabytes / seconds, ["cpu_s_per_gb"] = cpuSeconds / (Megabytes / 1000) };

    private static byte[] Noise(int seed)
    {
        var bytes = new byte[FrameBytes];
        var random = new Random(seed);
        foreach (ref var value in MemoryMarshal.Cast<byte, float>(bytes.AsSpan()))
        {
            value = random.NextSingle();
        }

        return bytes;
    }
}
