using System.Diagnostics;
using Rayshard.Storage;

[assembly: AssemblyFixture(typeof(Rayshard.Execution.Tests.ShippedStore))]

namespace Rayshard.Execution.Tests;

/// <summary>The shipped experiments, rendered afresh, once for all tests that look at them.</summary>
public sealed class ShippedStore : IAsyncLifetime, IProgress<RenderProgress>
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rayshard-").FullName;
    private readonly List<(string Experiment, long Rendered, long Bytes)> _memory = [];
    private IReadOnlyList<RenderSummary>? _summaries;

    public string Folder => Path.Combine(_folder, "store");

    /// <summary>The experiments as the build resolved them.</summary>
    internal static IReadOnlyDictionary<string, ResolvedExperiment> Experiments { get; } =
        ExperimentBuild.Read(Path.Combine(TestMachine.Root, "artifacts", "experiments"))
            .ToDictionary(e => e.Key, e => new ResolvedExperiment(e.Value.Experiment, e.Value.Folder));

    /// <summary>Resident memory of this host after each rendered frame of an experiment, in bytes.</summary>
    public IReadOnlyList<long> Memory(string experiment) => [.. _memory.Where(m => m.Experiment == experiment).Select(m => m.Bytes)];

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Renders them all, the first time; afterwards what became of them.</summary>
    internal async Task<IReadOnlyList<RenderSummary>> RenderedAsync()
    {
        TestMachine.NeedsBlender();
        return _summaries ??= await TestMachine.Kit.RenderAsync(Request(), this, default, default);
    }

    internal RenderRequest Request() => new()
    {
        Experiments = [.. new[] { "first-light", "passes", "ramp" }.Select(name => Experiments[name])],
        StoreFolder = Folder,
        RunsFolder = Path.Combine(_folder, "runs"),
        Workers = 2,
    };

    /// <summary>Opens an experiment's only shard.</summary>
    internal ShardReader Open(string experiment)
    {
        var resolved = Experiments[experiment].Experiment;
        return ShardReader.Open(StoredExperiment.At(Folder, resolved, new(resolved)).ShardPath(0));
    }

    /// <summary>The floats of a pass, top row first, pixel by pixel.</summary>
    internal static float[] Pixels(StoredFrame frame, string pass)
    {
        var index = frame.Record.Passes.Select((p, i) => (p, i)).Single(p => p.p.Name == pass).i;
        var blob = new byte[frame.BlobBytes(index)];
        frame.ReadBlob(index, blob);
        return Npy.Pixels(blob).ToArray();
    }

    public void Report(RenderProgress value)
    {
        if (value.Rendered > _memory.Count(m => m.Experiment == value.Experiment))
        {
            using var self = Process.GetCurrentProcess();
            _memory.Add((value.Experiment, value.Rendered, self.WorkingSet64));
        }
    }
}
