using System.Diagnostics;
using System.Globalization;
using Newtonsoft.Json.Linq;
using Rayshard.Execution;

namespace Rayshard.Bench;

/// <summary>End to end at 64x64 and 1 sample, a cube that turns: the kit, and what two Blenders of one thread do without it.</summary>
internal sealed class Rendering(string root)
{
    private const int Processes = 2;

    // Until both are up and warm: start-up is not what is measured.
    private const int WarmFrames = 200;
    private const int Frames = 1200;

    private readonly string _bench = Path.Combine(root, "tests", "Rayshard.Bench");

    public IReadOnlyList<Contender> Contenders => [new("kit", KitAsync), new("bare", folder => PeerAsync("bare.py", folder)), new("exr", folder => PeerAsync("exr.py", folder))];

    private string Scene => Path.Combine(_bench, "turning-cube");

    private async Task<Dictionary<string, double>> KitAsync(string folder)
    {
        var experiment = ExperimentResolver.Resolve(new()
        {
            Source = new(Path.Combine(Scene, "Bench.cs"), 1),
            Name = "turning-cube",
            Toolchain = "debian-12",
            Scene = new() { File = "scene.py" },
            Parameters = [new("turn") { Path = """objects["Cube"].rotation_euler[2]""", Unit = "rad", Linear = new(0, 2 * Math.PI, WarmFrames + Frames) { OpenEnd = true } }],
            Render = new() { Width = 64, Height = 64, Samples = 1 },
            Passes = [new("combined")],
            Capture = Capture.Passes,
        });
        var kit = new Kit(new() { BlenderFolder = Path.Combine(root, "blender"), StateFolder = Path.Combine(root, "artifacts", "toolchains") }, TimeProvider.System);
        var steady = new Steady(WarmFrames, WarmFrames + Frames);
        var request = new RenderRequest
        {
            Experiments = [new(experiment, Scene)],
            StoreFolder = Path.Combine(folder, "store"),
            RunsFolder = Path.Combine(folder, "runs"),
            Workers = Processes,
        };
        await kit.RenderAsync(request, steady, default, default);
        return new Dictionary<string, double> { ["frames_per_s"] = Frames / steady.Seconds, ["host_cpu_ms_per_frame"] = 1000 * steady.CpuSeconds / Frames };
    }

    private async Task<Dictionary<string, double>> PeerAsync(string script, string folder)
    {
        var peers = Enumerable.Range(0, Processes).Select(i => Start(script, Directory.CreateDirectory(Path.Combine(folder, $"{i}")).FullName)).ToList();
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
            return new Dictionary<string, double> { ["frames_per_s"] = Frames / seconds };
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

    private Process Start(string script, string folder) => Process.Start(new ProcessStartInfo("blender")
    {
        ArgumentList =
        {
            "--background", "--factory-startup", "--disable-autoexec", "-noaudio", "--threads", "1", "--python-exit-code", "64",
            "--python", Path.Combine(_bench, "peers", script), "--", Path.Combine(Scene, "scene.py"),
            Text(WarmFrames / Processes), Text(Frames / Processes), folder,
        },
        Environment = { ["PYTHONDONTWRITEBYTECODE"] = "1" },
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

    // The clock of the kit's frames: from one that is told to be stored to another.
    private sealed class Steady(int from, int to) : IProgress<RenderProgress>
    {
        private (long At, TimeSpan Cpu) _begun, _done;

        public double Seconds => Stopwatch.GetElapsedTime(_begun.At, _done.At).TotalSeconds;

        public double CpuSeconds => (_done.Cpu - _begun.Cpu).TotalSeconds;

        public void Report(RenderProgress value)
        {
            if (value.Rendered == from && _begun.At == 0)
            {
                _begun = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            }
            else if (value.Rendered == to && _done.At == 0)
            {
                _done = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            }
        }
    }
}
