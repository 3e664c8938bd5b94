using System.Runtime.InteropServices;
using Rayshard;
using Rayshard.Blender;

namespace FakeWorker;

/// <summary>A host that renders with fakes until it is killed or interrupted; an interrupt ends it in order, as Ctrl-C does.</summary>
internal static class Host
{
    public static async Task<int> RunAsync(string folder, string behave)
    {
        using var finish = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
        {
            context.Cancel = true;
            finish.Cancel();
        });
        const int frames = 10_000;
        var experiment = new Experiment
        {
            Name = "host",
            Toolchain = "fake",
            Scene = new() { File = "scene.py", Files = new Dictionary<string, string> { ["scene.py"] = Digest.OfFile(Path.Combine(folder, "scene.py")).ToString() } },
            Parameters = [new("n") { Linear = new(0, frames, frames), Zip = "z" }, new("behave") { List = [.. Enumerable.Range(0, frames).Select(i => (Value)(i < 20 ? "sleep:20" : behave))], Zip = "z" }],
            Render = new() { Width = 8, Height = 8, Samples = 1 },
            Passes = [new("combined") { Name = "combined" }],
            Capture = Capture.Passes,
        };
        var plan = new FramePlan(experiment);
        var command = new WorkerCommand(Environment.ProcessPath!, [], new Dictionary<string, string> { ["DOTNET_ROOT"] = Environment.GetEnvironmentVariable("DOTNET_ROOT")! });
        var options = new WorkerPoolOptions { Workers = 2, LogFolder = Path.Combine(folder, "logs"), ScratchFolder = folder };
        await using var pool = WorkerPool.Open(command, experiment, folder, options);
        await foreach (var outcome in pool.RenderAsync(Enumerable.Range(0, frames).Select(i => plan.At(i)), finish.Token))
        {
            Console.WriteLine($"{outcome.Frame.Index} {outcome.GetType().Name} {outcome.Failures.Count}");
            outcome.Dispose();
        }

        return finish.IsCancellationRequested ? 130 : 0;
    }
}
