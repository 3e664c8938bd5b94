using System.Diagnostics;
using Newtonsoft.Json.Linq;
using Rayshard.Blender;
using Rayshard.Storage;

namespace Rayshard.Execution.Tests;

/// <summary>
/// Every pinned Blender beside this machine's renders eight frames of each shipped experiment, to the same bits by every capture. The first
/// run downloads 300 MB for each; all tests share the folders in <c>artifacts/toolchains</c>.
/// </summary>
public sealed class EveryToolchainTests
{
    private static readonly string[] s_shipped = ["first-light", "passes", "ramp"];

    [Theory]
    [InlineData("debian-11", "position")]
    [InlineData("debian-13", "shadow")]
    public async Task Frames(string toolchain, string lacking)
    {
        TestMachine.NeedsBlender();
        using var place = new Workplace();
        using var others = new Workplace();
        var experiments = s_shipped.Select(name => On(toolchain, name)).ToList();

        await AssertWorkerAsync(await ProbedAsync(toolchain, experiments));
        var shards = await Task.WhenAll(RenderAsync(place, experiments), RenderAsync(others, OtherCaptures(experiments)));

        Assert.Equal([lacking], ShippedStore.Experiments["passes"].Experiment.Passes.Select(pass => pass.Pass).Except(experiments[1].Experiment.Passes.Select(pass => pass.Pass)));
        AssertAgree(shards[0], shards[1]);
        await Assert.MultipleAsync([.. experiments.Zip(shards[0], (experiment, shard) => (Func<Task>)(async () =>
        {
            using var reader = ShardReader.Open(shard);
            await FrameSnapshot.VerifyAsync(experiment.Experiment, reader, method: nameof(Frames));
        }))]);
    }

    /// <summary>No snapshot: the next Blender of that release is another one.</summary>
    [Fact]
    public async Task A_release_that_moves_on_renders_the_same_bits_twice_and_by_every_capture()
    {
        TestMachine.NeedsBlender();
        var pin = BlenderFacts.Toolchains.Values.Single(pin => pin.IsMoving);
        using var place = new Workplace();
        using var again = new Workplace();
        var experiments = s_shipped.Select(name => On(pin.Id, name)).ToList();
        Toolchain toolchain;
        try
        {
            toolchain = await ProbedAsync(pin.Id, experiments);
        }
        catch (RayshardException e) when (e.ExitCode == ExitCode.MachineLacks)
        {
            // Not this tree's fault, and CI must not fail by it; but nobody shall think that it was tested.
            await Console.Error.WriteLineAsync($"WARNING: toolchain '{pin.Id}' was NOT tested: {e.Message}");
            Assert.Skip(e.Message);
            throw;
        }

        await AssertWorkerAsync(toolchain);
        var shards = await Task.WhenAll(RenderAsync(place, experiments), RenderAsync(again, [.. experiments, .. OtherCaptures(experiments)]));

        Assert.Equal(shards[0].Select(shard => Digest.OfFile(shard)), shards[1].Take(s_shipped.Length).Select(shard => Digest.OfFile(shard)));
        AssertAgree(shards[0], shards[1][s_shipped.Length..]);
    }

    private static async Task<Toolchain> ProbedAsync(string id, List<ResolvedExperiment> experiments)
    {
        var toolchain = (await TestMachine.Kit.ProvisionAsync(experiments, default)).Single();
        Assert.Equal(["viewer", "passes", "exr"], toolchain.Probe["captures"]!.Values<string>());
        Assert.Equal(BlenderFacts.Toolchains[id].Version, (string?)toolchain.Probe["worker"]!["blender"]!["version"]);
        return toolchain;
    }

    // Each pass that this Blender has, by each capture; each kind of parameter reaches the render; what was said is told where a frame fails; its properties are
    // those that the build checks paths by.
    private static async Task AssertWorkerAsync(Toolchain toolchain)
    {
        var start = new ProcessStartInfo("/usr/bin/python3",
            [Path.Combine(TestMachine.Root, "tests", "worker", "test_worker.py"), "Captures.test_agree_to_the_bit", "Frames.test_every_kind_of_parameter_reaches_the_render",
                "Life.test_tells_what_was_said_in_a_frame_that_fails_and_of_no_other", "Properties"])
        {
            RedirectStandardError = true,
        };
        start.Environment["RAYSHARD_ROOT"] = toolchain.Place;
        using var process = Process.Start(start)!;
        var said = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{toolchain.Pin.Id}: {said}");
    }

    // What the Viewer showed must be in the render result too, and the other way about; the file is the witness for all that it can hold.
    private static List<ResolvedExperiment> OtherCaptures(List<ResolvedExperiment> experiments)
    {
        var (light, passes, ramp) = (experiments[0], experiments[1], experiments[2]);
        var labels = passes.Experiment.Layers[1];
        return
        [
            light with { Experiment = light.Experiment with { Capture = Capture.Passes } },
            passes with { Experiment = passes.Experiment with { Capture = Capture.Exr, Passes = [.. passes.Experiment.Passes.Where(pass => BlenderFacts.Passes[pass.Pass].Captures.Contains(Capture.Exr))] } },
            passes with { Experiment = passes.Experiment with { Capture = Capture.Viewer, Layers = [labels], Passes = [passes.Experiment.Passes.Single(pass => pass.Pass == "normal")] } },
            ramp with { Experiment = ramp.Experiment with { Capture = Capture.Passes } },
        ];
    }

    private static void AssertAgree(List<string> rendered, List<string> others)
    {
        var expected = rendered.SelectMany(Blobs).ToDictionary();
        var blobs = others.SelectMany(shard => Blobs(shard).Select(blob => (Shard: Path.GetFileName(shard), blob.Key, blob.Value))).ToList();
        Assert.True(blobs.Count >= expected.Count);
        Assert.All(blobs, blob => Assert.True(expected[blob.Key] == blob.Value, $"{blob.Shard}: {blob.Key} is another by another capture"));
    }

    private static Dictionary<(string Experiment, long Frame, string Pass), Digest> Blobs(string shard)
    {
        using var reader = ShardReader.Open(shard);
        return reader.Frames.SelectMany(entry =>
        {
            using var frame = reader.Read(entry);
            return frame.Record.Passes.Select(pass => ((Path.GetFileName(shard), entry.Index, pass.Name), pass.Address)).ToList();
        }).ToDictionary();
    }

    private static async Task<List<string>> RenderAsync(Workplace place, List<ResolvedExperiment> experiments)
    {
        var summaries = await TestMachine.Kit.RenderAsync(new() { Experiments = experiments, StoreFolder = place.Store, RunsFolder = place.Runs, Workers = 1 }, null, default, default);
        Assert.All(summaries, summary => Assert.Equal(summary.Progress.Frames, summary.Progress.Rendered));
        return [.. summaries.Select(summary => Directory.GetFiles(summary.ShardFolder, "*.tar").Single())];
    }

    // Eight frames: of each parameter the first value and the middle one. Their keys are those that they have in the whole sweep.
    private static ResolvedExperiment On(string toolchain, string name)
    {
        var (experiment, folder) = ShippedStore.Experiments[name];
        var plan = new FramePlan(experiment);
        var points = Enumerable.Range(0, (int)plan.Count).Select(i => plan.At(i).Values).ToList();
        var few = experiment with
        {
            Parameters = [.. experiment.Parameters.Select((parameter, k) =>
            {
                var values = points.Select(point => point[k]).Distinct().ToList();
                return parameter with { Linear = null, Random = null, List = experiment.Parameters.Count == 1 ? values : [values[0], values[values.Count / 2]] };
            })],
        };
        Assert.True(new FramePlan(few).Count <= 8);
        return new(ExperimentResolver.ResolveOn(few, folder, toolchain).Experiment, folder);
    }
}
