using System.Runtime.InteropServices;
using FakeWorker;

namespace Rayshard.Blender.Tests;

/// <summary>A pool of fake workers in a folder of its own; when it is disposed of, no process and no file of it may be left.</summary>
internal sealed class FakePool : IAsyncDisposable
{
    public static readonly string Executable = Path.Combine(AppContext.BaseDirectory, "FakeWorker");
    public static readonly Dictionary<string, string> Environment = new() { ["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../..")) };

    public FakePool(IEnumerable<string> behaviours, int workers = 2, string start = "", Func<WorkerPoolOptions, WorkerPoolOptions>? with = null, int pixels = 8)
    {
        Folder = Directory.CreateTempSubdirectory("fake-").FullName;
        File.WriteAllText(Path.Combine(Folder, "scene.py"), "# no scene");
        var list = behaviours.Select(b => (Value)b.Replace("$", Folder, StringComparison.Ordinal)).ToList();
        Experiment = new()
        {
            Name = "fake",
            Toolchain = "fake",
            Scene = new() { File = "scene.py", Files = new Dictionary<string, string> { ["scene.py"] = Digest.OfFile(Path.Combine(Folder, "scene.py")).ToString() } },
            Parameters = [new("n") { Linear = new(0, list.Count, list.Count), Zip = "z" }, new("behave") { List = list, Zip = "z" }],
            Render = new() { Width = pixels, Height = pixels, Samples = 1 },
            Passes = [new("combined") { Name = "first" }, new("combined") { Name = "second", Channels = "RGB" }],
            Capture = Capture.Passes,
        };
        Plan = new(Experiment);
        var options = new WorkerPoolOptions { Workers = workers, LogFolder = Path.Combine(Folder, "logs"), ScratchFolder = Folder, StartDeadline = TimeSpan.FromSeconds(20) };
        Pool = WorkerPool.Open(new WorkerCommand(Executable, [$"--start={start.Replace("$", Folder, StringComparison.Ordinal)}"], Environment), Experiment, Folder, with?.Invoke(options) ?? options);
    }

    public string Folder { get; }

    public Experiment Experiment { get; }

    public FramePlan Plan { get; }

    public WorkerPool Pool { get; }

    public IEnumerable<Frame> Frames => Enumerable.Range(0, (int)Plan.Count).Select(i => Plan.At(i));

    /// <summary>Renders all; checks order and every pixel; gives what was quarantined.</summary>
    public async Task<List<QuarantinedFrame>> RenderAsync(CancellationToken finish = default, CancellationToken now = default)
    {
        var quarantined = new List<QuarantinedFrame>();
        var next = 0L;
        await foreach (var outcome in Pool.RenderAsync(Frames, finish, now))
        {
            Assert.Equal(next++, outcome.Frame.Index);
            Check(outcome);
            outcome.Dispose();
            if (outcome is QuarantinedFrame frame)
            {
                quarantined.Add(frame);
            }
        }

        Assert.True(next == Plan.Count || finish.IsCancellationRequested);
        return quarantined;
    }

    public static void Check(FrameOutcome outcome)
    {
        foreach (var (pass, p) in (outcome as RenderedFrame)?.Passes.Select((pass, p) => (pass, p)) ?? [])
        {
            var pixels = pass.Pixels;
            for (var i = 0; i < pixels.Length; i++)
            {
                if (pixels[i] != Pixels.At(outcome.Frame.NoiseSeed, p, i))
                {
                    Assert.Fail($"frame {outcome.Frame.Index}, pass {p}: float {i} is of another frame");
                }
            }
        }
    }

    /// <summary>Processes that were started in this folder.</summary>
    public List<int> Processes() => ProcessesOf(Folder);

    public static List<int> ProcessesOf(string folder) =>
        [.. Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _) && CommandLine(name!).Contains(folder, StringComparison.Ordinal)).Select(name => int.Parse(name!)).Where(pid => pid != System.Environment.ProcessId)];

    public async ValueTask DisposeAsync()
    {
        await Pool.DisposeAsync();
        Assert.Empty(Processes());
        Assert.Empty(Directory.GetDirectories(Folder, "rayshard-*"));
        Directory.Delete(Folder, true);
    }

    private static string CommandLine(string pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
