using Newtonsoft.Json.Linq;
using Rayshard.Execution;

namespace Rayshard.Tests.Execution;
[Collection(nameof(Alone))]
public sealed class ConfigsTests
{
    private static readonly Experiment s_experiment = new()
    {
        Name = "many",
        Toolchain = "debian-12",
        Scene = new() { File = "scene.py", Files = new Dictionary<string, string> { ["scene.py"] = new('a', 64) } },
        Parameters = [new("x") { Linear = new(0, 1, 1000) }, new("u") { Random = new() { Uniform = [0, 1], Count = 1000 } }],
        Render = new() { Width = 8, Height = 8, Samples = 1 },
        Passes = [new("combined") { Name = "combined" }],
    };

    [Fact]
    public void A_million_configs_need_no_more_memory_than_a_thousand()
    {
        using var output = new Counter();
        using var enough = new CancellationTokenSource();
        output.Enough = enough;

        // A million are there to be had; a tenth of them tells.
        Assert.Throws<OperationCanceledException>(() => Kit.WriteConfigs([new(s_experiment, "")], output, enough.Token));

        Assert.Equal(1_000_000, new FramePlan(s_experiment).Count);
        Assert.Equal(100_000, output.Lines);
        Assert.InRange(output.LiveAtEnd, 0, output.LiveAtStart + (4 << 20));
    }

    [Fact]
    public void A_config_says_all_that_tells_a_frame_from_the_others()
    {
        using var output = new StringWriter();
        Kit.WriteConfigs([new(s_experiment with { Parameters = [s_experiment.Parameters[0] with { Linear = new(0, 1, 2) }] }, "")], output, default);

        var lines = output.ToString().TrimEnd('\n').Split('\n').Select(JObject.Parse).ToList();
        Assert.Equal(["0", "1"], lines.Select(line => (string?)line["index"]));
        Assert.Equal(["draws", "experiment", "frame", "index", "noise_seed", "parameters", "settings"], lines[0].Properties().Select(p => p.Name));
        Assert.Equal(2, lines.Select(line => (string?)line["frame"]).Distinct().Count());
    }

    private sealed class Counter : StringWriter
    {
        public int Lines { get; private set; }

        public long LiveAtStart { get; private set; }

        public long LiveAtEnd { get; private set; }

        public CancellationTokenSource? Enough { get; set; }

        public override void Write(string? value)
        {
        }

        public override void Write(char value)
        {
            Lines++;
            if (Lines == 1000)
            {
                LiveAtStart = GC.GetTotalMemory(forceFullCollection: true);
            }

            if (Lines == 100_000)
            {
                LiveAtEnd = GC.GetTotalMemory(forceFullCollection: true);
                Enough!.Cancel();
            }
        }
    }
}

/// <summary>Tests that look at the whole process's memory, so that nothing else may run beside them.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
