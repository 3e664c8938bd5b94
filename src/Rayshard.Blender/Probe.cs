using System.Globalization;
using System.Runtime.InteropServices;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Rayshard.Blender;

/// <summary>Renders a tiny scene by every capture and keeps what came out, so that captures are trusted because they were seen to agree.</summary>
internal sealed class Probe(Toolchain toolchain, ToolchainOptions options)
{
    private const int Pixels = 8;
    private const string SceneFile = "scene.py";

    private readonly string _folder = Path.Combine(Path.GetFullPath(options.BlenderFolder), "probe");

    /// <summary>The result, and whether it is new.</summary>
    /// <exception cref="RayshardException">The captures do not agree, or a Worker fails.</exception>
    public async Task<(JObject Result, bool IsNew)> RunAsync(CancellationToken now)
    {
        var conditions = new JObject
        {
            ["toolchain"] = JObject.FromObject(toolchain.Pin),
            ["provider"] = toolchain.Provider,
            ["executable_sha256"] = toolchain.ExecutableDigest.ToString(),
            ["scripts_sha256"] = Scripts(),
            ["cpu_class"] = toolchain.CpuClass.ToString(),
        };
        var file = Path.Combine(options.StateFolder, $"{toolchain.Pin.Id}.{toolchain.Provider}.{toolchain.CpuClass}.json");
        if (Read(file) is { } kept && JToken.DeepEquals(kept["conditions"], conditions))
        {
            return (kept, false);
        }

        var seen = await Task.WhenAll(Enum.GetValues<Capture>().Select(capture => RenderAsync(capture, now))).ConfigureAwait(false);
        if (seen.Select(s => s.Digest).Distinct().Count() != 1)
        {
            throw new RayshardException(ExitCode.Failed, $"toolchain '{toolchain.Pin.Id}': the captures do not agree to the bit on the probe scene: "
                + string.Join(", ", seen.Select(s => $"{Word(s.Capture)} {s.Digest}")) + ": this Blender can't be trusted with an experiment; is it the pinned build?");
        }

        var result = new JObject
        {
            ["conditions"] = conditions,
            ["captures"] = new JArray(seen.Select(s => Word(s.Capture))),
            ["pixels_sha256"] = seen[0].Digest.ToString(),
            ["worker"] = seen[0].Evidence.Hello,
            ["when"] = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
        };
        Write(file, result);
        return (result, true);
    }

    /// <summary>The results that are kept of a toolchain; of another pin or another state of the worker's scripts they still tell what was seen.</summary>
    public static IReadOnlyList<JObject> Kept(ToolchainOptions options, ToolchainPin pin) => Directory.Exists(options.StateFolder)
        ? [.. Directory.GetFiles(options.StateFolder, $"{pin.Id}.*.*.json").Order(StringComparer.Ordinal).Select(Read).OfType<JObject>()]
        : [];

    private async Task<(Capture Capture, Digest Digest, WorkerEvidence Evidence)> RenderAsync(Capture capture, CancellationToken now)
    {
        var experiment = new Experiment
        {
            Name = "probe",
            Toolchain = toolchain.Pin.Id,
            Scene = new() { File = SceneFile, Files = new Dictionary<string, string> { [SceneFile] = Digest.OfFile(Path.Combine(_folder, SceneFile)).ToString() } },
            Render = new() { Width = Pixels, Height = Pixels, Samples = 4 },
            Passes = [new("combined") { Name = "combined" }],
            Capture = capture,
        };
        await using var pool = WorkerPool.Open(toolchain.Command(capture), experiment, _folder, new()
        {
            LogFolder = Path.Combine(options.StateFolder, "log", $"{toolchain.Pin.Id}-{toolchain.Provider}-{Word(capture)}"),
            Workers = 1,
        });
        await foreach (var outcome in pool.RenderAsync([new FramePlan(experiment).At(0)], default, now).ConfigureAwait(false))
        {
            using (outcome)
            {
                return outcome is RenderedFrame frame
                    ? (capture, Digest.Of(MemoryMarshal.AsBytes(frame.Passes[0].Pixels)), pool.Evidence!)
                    : throw new WorkersFailedException($"toolchain '{toolchain.Pin.Id}': the probe scene can't be rendered by capture '{Word(capture)}'", outcome.Failures);
            }
        }

        throw new OperationCanceledException(now);
    }

    private string Scripts()
    {
        var files = Directory.GetFiles(Path.Combine(options.BlenderFolder, "worker"), "*.py")
            .Append(Path.Combine(_folder, SceneFile)).Append(Path.Combine(options.BlenderFolder, "passes.json")).Order(StringComparer.Ordinal);
        return Digest.Of(string.Concat(files.Select(file => $"{Digest.OfFile(file)}  {Path.GetFileName(file)}\n"))).ToString();
    }

    private static JObject? Read(string file)
    {
        try
        {
            using var reader = new JsonTextReader(new StringReader(File.ReadAllText(file))) { DateParseHandling = DateParseHandling.None };
            return JObject.Load(reader);
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return null;
        }
    }

    // Beside and renamed: two runs may provision at once, and a torn result must not be read.
    private static void Write(string file, JObject result)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var beside = $"{file}.{Environment.ProcessId}.tmp";
        File.WriteAllText(beside, result.ToString(Formatting.Indented) + "\n");
        File.Move(beside, file, overwrite: true);
    }

    private static string Word(Capture capture) => capture.ToString().ToLowerInvariant();
}
