using System.Diagnostics;
using System.Globalization;
using Newtonsoft.Json.Linq;
using Rayshard.Blender;
using Rayshard.Execution;

namespace Rayshard.Bench;

/// <summary>How large frames are, by how many samples, how many are rendered, and how many before them until both Blenders are up and warm: start-up is not what is measured.</summary>
/// <param name="Turns">How often the kit and the bare loop take turns in a round.</param>
internal sealed record Sizes(string Name, int Width, int Height, int Samples, int Frames, int Warm, int Turns = 1)
{
    // Many tiny ones: .NET compiles the kit's code while it runs, and a second or two of frames would show that more than what a frame costs.
    // At 256x256 the two differ by two in a hundred, and a virtual machine's processors from one minute to the next by up to thirty.
    public static readonly IReadOnlyList<Sizes> All = [new("64", 64, 64, 1, 6000, 2000), new("256", 256, 256, 4, 300, 16, Turns: 3), new("512", 512, 512, 16, 24, 4), new("1080p", 1920, 1080, 4, 16, 2)];

    /// <summary>What has no goal, and tells what a frame costs that hardly is one.</summary>
    public static readonly Sizes OneSample = new("256 of 1 sample", 256, 256, 1, 200, 16);
}

/// <summary>How someone without the kit gets a frame's pixels into a file.</summary>
/// <param name="Name">As the peer's script calls it.</param>
/// <param name="Label">What it is.</param>
/// <param name="Script">The peer's script.</param>
/// <param name="Widest">The widest frame it is run at: at larger ones the renderer hides what they differ in, and they cost minutes.</param>
/// <param name="Part">It renders one of so many frames: it is slow.</param>
/// <param name="HasWindow">Whether its Blender needs a display.</param>
/// <param name="Blenders">How many share the two cores.</param>
internal sealed record Way(string Name, string Label, string Script, int Widest, int Part = 1, bool HasWindow = false, int Blenders = 2)
{
    public static readonly IReadOnlyList<Way> All =
    [
        new("exr-alone", "render call + EXR 32 ZIP, in one Blender of two threads", "files.py", 64, Blenders: 1),
        new("exr", "render call + EXR 32 ZIP", "files.py", 1920),
        new("exr-none", "render call + EXR 32", "files.py", 256),
        new("png16", "render call + PNG16", "files.py", 256),
        new("hdf5", "EXR in memory, read, HDF5 gzip (as BlenderProc)", "files.py", 256, Part: 4),
        new("viewer-npsave", "Viewer, np.save", "viewer.py", 256, Part: 4, HasWindow: true),
        new("viewer-list", "Viewer, list(pixels), np.save", "viewer.py", 256, Part: 4, HasWindow: true),
    ];
}

/// <summary>End to end, a cube that turns: the kit, and what two Blenders of one thread, or one of two, do without it.</summary>
internal sealed class Rendering(string root)
{
    private const int Cores = 2;

    // Of a way that has nothing to compile.
    private const int EnoughFrames = 1200;

    // A large frame is told of when the next one comes, so the clock starts a frame or two late: with frames behind the last one it also stops late.
    // Without them the kit seemed faster than the bare loop by a constant 1.8 frames of 6 at 1080p, and of 12 at 512.
    private const int Tail = 2 * Cores;

    private readonly string _bench = Path.Combine(root, "tests", "Rayshard.Bench");

    /// <summary>The kit at 64x64: the first is also what warms this process up.</summary>
    public IReadOnlyList<Contender> Contenders =>
    [
        .. Sizes.All.SelectMany(size => (IReadOnlyList<Contender>)
        [
            .. Enumerable.Range(0, size.Turns).SelectMany(_ => Pair(size)),
            .. Way.All.Where(way => size.Width <= way.Widest).Select(way => new Contender($"{way.Name}-{size.Name}", folder => WayAsync(folder, size, way))),
        ]),
        .. Pair(Sizes.OneSample),
        new("process-64", folder => ProcessesAsync(folder, Sizes.All[0])),
        new("viewer-64", folder => KitAsync(folder, Sizes.All[0], Capture.Viewer)),
    ];

    private string Scene => Path.Combine(_bench, "turning-cube");

    private Contender[] Pair(Sizes size) =>
        [new($"kit-{size.Name}", folder => KitAsync(folder, size, Capture.Passes)), new($"bare-{size.Name}", folder => PeerAsync("bare.py", folder, size))];

    private async Task<Dictionary<string, double>> KitAsync(string folder, Sizes size, Capture capture)
    {
        var frames = size.Warm + size.Frames + Tail;
        var experiment = ExperimentResolver.Resolve(new()
        {
            Source = new(Path.Combine(Scene, "Bench.cs"), 1),
            Name = "turning-cube",
            Toolchain = "debian-12",
            Scene = new() { File = "scene.py" },
            Parameters = [new("turn") { Path = """objects["Cube"].rotation_euler[2]""", Unit = "rad", Linear = new(0, 2 * Math.PI * frames / size.Frames, frames) { OpenEnd = true } }],
            Render = new() { Width = size.Width, Height = size.Height, Samples = size.Samples },
            Passes = [new("combined")],
            Capture = capture,
        });
        var kit = new Kit(new() { BlenderFolder = Path.Combine(root, "blender"), StateFolder = Path.Combine(root, "artifacts", "toolchains") }, TimeProvider.System);
        var steady = new Steady(size.Warm, size.Warm + size.Frames);
        var request = new RenderRequest
        {
            Experiments = [new(experiment, Scene)],
            StoreFolder = Path.Combine(folder, "store"),
            RunsFolder = Path.Combine(folder, "runs"),
            Workers = Cores,
        };
        await kit.RenderAsync(request, steady, default, default);
        return Written(folder, frames, new()
        {
            ["frames_per_s"] = size.Frames / steady.Seconds,
            ["host_cpu_ms_per_frame"] = 1000 * steady.HostSeconds / size.Frames,
            ["cpu_ms_per_frame"] = 1000 * (steady.HostSeconds + steady.BlenderSeconds) / size.Frames,
            ["peak_mb"] = steady.PeakMegabytes,
        });
    }

    private async Task<Dictionary<string, double>> WayAsync(string folder, Sizes size, Way way)
    {
        var fewer = size with { Frames = Math.Min(EnoughFrames, size.Frames) / way.Part, Warm = size.Warm / way.Part };
        if (!way.HasWindow)
        {
            return await PeerAsync(way.Script, folder, fewer, way.Name, blenders: way.Blenders);
        }

        using var server = Process.Start(new ProcessStartInfo("Xvfb", "-displayfd 1 -screen 0 1280x720x24 -nolisten tcp") { RedirectStandardOutput = true, RedirectStandardError = true })!;
        try
        {
            return await PeerAsync(way.Script, folder, fewer, way.Name, ":" + await server.StandardOutput.ReadLineAsync());
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync();
        }
    }

    // Start-up is what this way is about, so the clock has it.
    private async Task<Dictionary<string, double>> ProcessesAsync(string folder, Sizes size)
    {
        const int frames = 3;
        var begun = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Cores).Select(async one =>
        {
            for (var i = 0; i < frames; i++)
            {
                var output = Directory.CreateDirectory(Path.Combine(folder, $"{one}-{i}")).FullName;
                using var blender = Start("one.py", output, size, "", null, Cores);
                var heard = await Task.WhenAll(blender.StandardError.ReadToEndAsync(), blender.StandardOutput.ReadToEndAsync());
                if (!File.Exists(Path.Combine(output, "frame.exr")))
                {
                    throw new RayshardException(ExitCode.Failed, $"one.py wrote no frame: {heard[0]}");
                }
            }
        }));
        return new Dictionary<string, double> { ["frames_per_s"] = Cores * frames / Stopwatch.GetElapsedTime(begun).TotalSeconds };
    }

    private async Task<Dictionary<string, double>> PeerAsync(string script, string folder, Sizes size, string way = "", string? display = null, int blenders = Cores)
    {
        var peers = Enumerable.Range(0, blenders).Select(i => Start(script, Directory.CreateDirectory(Path.Combine(folder, $"{i}")).FullName, size, way, display, blenders)).ToList();
        try
        {
            foreach (var peer in peers)
            {
                await SaidAsync(peer);
            }

            foreach (var peer in peers)
            {
                await peer.StandardInput.WriteLineAsync();
                await peer.StandardInput.FlushAsync();
            }

            var times = await Task.WhenAll(peers.Select(async peer => JObject.Parse(await SaidAsync(peer))));
            var seconds = times.Max(t => t.Value<double>("done")) - times.Min(t => t.Value<double>("begun"));
            return Written(folder, size.Warm + size.Frames, new()
            {
                ["frames_per_s"] = size.Frames / seconds,
                ["cpu_ms_per_frame"] = 1000 * times.Sum(t => t.Value<double>("cpu")) / size.Frames,
                ["peak_mb"] = times.Sum(t => t.Value<double>("peak_mb")),
            });
        }
        finally
        {
            foreach (var peer in peers)
            {
                peer.Kill();
                await peer.WaitForExitAsync();
                peer.Dispose();
            }
        }
    }

    // And what lies on the disk afterwards.
    private static Dictionary<string, double> Written(string folder, int frames, Dictionary<string, double> measured)
    {
        var files = new DirectoryInfo(folder).GetFiles("*", SearchOption.AllDirectories);
        measured["files_per_1000"] = 1000.0 * files.Length / frames;
        measured["kb_per_frame"] = files.Sum(file => file.Length) / 1e3 / frames;
        return measured;
    }

    private Process Start(string script, string folder, Sizes size, string way, string? display, int blenders) => Process.Start(new ProcessStartInfo("blender")
    {
        ArgumentList =
        {
            display is null ? "--background" : "--no-window-focus", "--factory-startup", "--disable-autoexec", "-noaudio", "--threads", Text(Cores / blenders), "--python-exit-code", "64",
            "--python", Path.Combine(_bench, "peers", script), "--", Path.Combine(Scene, "scene.py"),
            Text(size.Warm / blenders), Text(size.Frames / blenders), folder, Text(size.Width), Text(size.Height), Text(size.Samples), way,
        },

        // The allocator as a Worker's: nobody else sets it, but the goal is the fastest loop there is.
        Environment = { ["PYTHONDONTWRITEBYTECODE"] = "1", ["DISPLAY"] = display, ["MALLOC_CONF"] = WorkerCommand.Allocator },
        RedirectStandardInput = true,

        // Its version, and nothing after it: loop.py sends the rest to /dev/null.
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    // What a peer says to us, on the stream where Blender says little.
    private static async Task<string> SaidAsync(Process peer)
    {
        var heard = new List<string>();
        while (await peer.StandardError.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("BENCH ", StringComparison.Ordinal))
            {
                return line[6..];
            }

            heard.Add(line);
        }

        throw new RayshardException(ExitCode.Failed, $"a peer ended too early: {string.Join('\n', heard)}");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
