using Newtonsoft.Json.Linq;
using Rayshard.Blender;

namespace Rayshard.Execution.Tests;

/// <summary>Real Blender that dies, hangs, raises, runs out of memory: the frame is quarantined, the others are stored.</summary>
public sealed class FailureTests
{
    private const string Misbehaving = Workplace.Scene + """


        import os, time
        _apply = apply
        def apply(parameters):
            _apply({})
            behaviour = parameters["behaviour"]
            if behaviour == "die":
                os.kill(os.getpid(), 11)
            if behaviour == "hang":
                time.sleep(600)
            if behaviour == "raise":
                raise ValueError("no such thing")
            if behaviour == "eat":
                bytearray(3 << 30)[::4096] = b"x" * (3 << 18)
            if behaviour == "away":
                bpy.data.objects["Camera"].location.x = 50

        """;

    private static Experiment Of(Workplace place, params string[] behaviours) => place.Experiment() with
    {
        Parameters =
        [
            new("behaviour") { List = [.. behaviours.Select(b => (Value)b)] },
            new("turn") { Path = """objects["Plane"].rotation_euler[2]""", Linear = new(0, 1, 3) },
        ],
    };

    [Theory]
    [InlineData("die", "Died")]
    [InlineData("hang", "Hung")]
    [InlineData("raise", "Scene")]
    [InlineData("eat", "OutOfMemory")]
    public async Task Frames_that_fail_are_quarantined_and_the_others_stored(string behaviour, string kind)
    {
        TestMachine.NeedsBlender();
        using var place = new Workplace(Misbehaving);
        var resolved = place.Resolve(Of(place, "well", behaviour, "fine"));

        // A machine may take seconds to give 3 GiB, so only what hangs is on a short deadline.
        var deadline = TimeSpan.FromSeconds(behaviour == "hang" ? 2 : 60);
        var summary = (await TestMachine.Kit.RenderAsync(
            place.Request(resolved) with { FrameDeadline = deadline, FirstFrameDeadline = 2 * deadline, WorkerMemoryBytes = 1L << 30 }, null, default, default)).Single();

        Assert.Equal((6, 3), (summary.Progress.Rendered, summary.Progress.Failed));
        Assert.Equal(ExitCode.Quarantined, summary.ExitCode);
        var lines = File.ReadLines(Path.Combine(summary.RunFolder!, "quarantine.jsonl")).Select(JObject.Parse).ToList();
        Assert.Equal([3L, 4, 5], lines.Select(line => (long)line["index"]!));
        Assert.All(lines, line =>
        {
            Assert.Equal(3, line["tries"]!.Count());
            Assert.All(line["tries"]!, attempt => Assert.Equal(kind, (string?)attempt["kind"]));
            Assert.Contains($"--frame={line["index"]}", (string?)line["reproduce"], StringComparison.Ordinal);
        });
        Assert.Equal(3, new Storage.Verifier(place.Store) is var verifier && !verifier.Run().Any() ? verifier.Counts.Missing : -1);
        await TestMachine.NoOrphansAsync();
    }

    [Fact]
    public async Task A_scene_that_is_set_to_another_engine_is_rendered_by_Cycles_and_the_run_says_so()
    {
        TestMachine.NeedsBlender();
        using var place = new Workplace();
        using var other = new Workplace(Workplace.Scene.Replace("scene.camera = camera", "scene.camera, scene.render.engine = camera, 'BLENDER_EEVEE'", StringComparison.Ordinal));

        var said = new List<string>();
        async Task<RenderSummary> RenderAsync(Workplace at)
        {
            var heard = new Heard(progress => said.Add(progress.Rendered > 0 ? "rendered" : "begun"));
            var request = at.Request(at.Resolve(at.Experiment(4))) with { Workers = 2, OtherEngine = (experiment, engine) => said.Add($"{experiment} is {engine}") };
            return (await TestMachine.Kit.RenderAsync(request, heard, default, default)).Single();
        }

        var cycles = await RenderAsync(place);
        Assert.DoesNotContain(said, line => line.Contains(" is ", StringComparison.Ordinal));
        said.Clear();
        var eevee = await RenderAsync(other);

        Assert.Equal((null, "BLENDER_EEVEE"), (cycles.SceneEngine, eevee.SceneEngine));
        Assert.Equal(ExitCode.Done, eevee.ExitCode);
        Assert.Equal("small is BLENDER_EEVEE", Assert.Single(said, line => line.Contains(" is ", StringComparison.Ordinal)));
        Assert.True(said.IndexOf("small is BLENDER_EEVEE") < said.IndexOf("rendered"));

        said.Clear();
        var resolved = other.Resolve(other.Experiment(4));
        var (record, _) = await TestMachine.Kit.RenderFrameAsync(resolved, 0, other.Request(resolved) with { OtherEngine = (_, engine) => said.Add(engine) }, default);
        Assert.NotNull(record);
        Assert.Equal(["BLENDER_EEVEE"], said);
    }

    [Fact]
    public async Task A_quarantined_frame_that_renders_later_completes_its_shard_to_the_same_bytes()
    {
        TestMachine.NeedsBlender();
        using var place = new Workplace(Misbehaving + "    if behaviour == 'once' and not os.path.exists(FLAG): os._exit(3)\n".Replace("FLAG", $"'{Path.GetTempPath()}rayshard-flag-{Environment.ProcessId}'", StringComparison.Ordinal));
        var flag = $"{Path.GetTempPath()}rayshard-flag-{Environment.ProcessId}";
        var experiment = Of(place, "well", "once");
        var first = await place.RenderAsync(experiment);
        await File.WriteAllTextAsync(flag, "");
        try
        {
            var second = await place.RenderAsync(experiment);
            using var undisturbed = new Workplace(await File.ReadAllTextAsync(Path.Combine(place.SceneFolder, "scene.py")));
            await undisturbed.RenderAsync(experiment with { Source = new(Path.Combine(undisturbed.SceneFolder, "Small.cs"), 1) });

            Assert.Equal((3, 3), (first.Progress.Rendered, first.Progress.Failed));
            Assert.Equal((3, 3, 0), (second.Progress.Rendered, second.Progress.Reused, second.Progress.Failed));
            Assert.Equal(Workplace.Shards(undisturbed.Store), Workplace.Shards(place.Store));
        }
        finally
        {
            File.Delete(flag);
        }
    }

    [Fact]
    public async Task A_frame_without_any_alpha_is_refused_unless_the_experiment_allows_it()
    {
        TestMachine.NeedsBlender();
        using var place = new Workplace(Misbehaving);
        var experiment = Of(place, "well", "away");
        experiment = experiment with { Render = experiment.Render with { Transparent = true } };

        var refused = await place.RenderAsync(experiment);
        var allowed = await place.RenderAsync(experiment with { AllowEmpty = true });

        Assert.Equal((3, 3), (refused.Progress.Rendered, refused.Progress.Failed));
        Assert.Equal((3, 3, 0), (allowed.Progress.Rendered, allowed.Progress.Reused, allowed.Progress.Failed));
    }

    [Theory]
    [InlineData("lights[\"Kex\"].energy", "there is 'Key'")]
    [InlineData("objects[\"Plane\"].modifiers[\"Bend\"].show_viewport", "modifiers")]
    public async Task What_only_the_scene_can_know_is_refused_before_the_first_frame(string path, string reason)
    {
        TestMachine.NeedsBlender();
        using var place = new Workplace();
        Value value = path.EndsWith("energy", StringComparison.Ordinal) ? 1.0 : true;

        var e = await Assert.ThrowsAnyAsync<RayshardException>(() => place.RenderAsync(place.Experiment() with { Parameters = [new("x") { Path = path, List = [value] }] }));

        Assert.Equal(ExitCode.AskedWrongly, e.ExitCode);
        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
        await TestMachine.NoOrphansAsync();
    }

    [Fact]
    public async Task A_scene_file_that_the_experiment_does_not_declare_is_refused()
    {
        TestMachine.NeedsBlender();
        using var place = new Workplace("import extra\n" + Workplace.Scene);
        await File.WriteAllTextAsync(Path.Combine(place.SceneFolder, "extra.py"), "");

        var e = await Assert.ThrowsAnyAsync<RayshardException>(() => place.RenderAsync(place.Experiment()));
        var declared = await place.RenderAsync(place.Experiment(4) with { Scene = new() { File = "scene.py", Assets = ["extra.py"] } });

        Assert.Contains("extra.py", e.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.AskedWrongly, e.ExitCode);
        Assert.Equal(4, declared.Progress.Rendered);
    }

    [Fact]
    public async Task A_scene_file_that_is_edited_during_the_run_ends_it_before_a_Worker_loads_it()
    {
        TestMachine.NeedsBlender();
        using var place = new Workplace();
        using var undisturbed = new Workplace();
        await undisturbed.RenderAsync(undisturbed.Experiment(60));
        var resolved = place.Resolve(place.Experiment(60));
        var file = Path.Combine(place.SceneFolder, "scene.py");
        var scene = await File.ReadAllTextAsync(file);

        var e = await Assert.ThrowsAnyAsync<RayshardException>(() => TestMachine.Kit.RenderAsync(place.Request(resolved), new Editor(file), default, default));
        await File.WriteAllTextAsync(file, scene);
        await place.RenderAsync(place.Experiment(60));

        Assert.Equal(ExitCode.AskedWrongly, e.ExitCode);
        Assert.Contains("scene.py", e.Message, StringComparison.Ordinal);
        Assert.Equal(Workplace.Shards(undisturbed.Store), Workplace.Shards(place.Store));
    }

    // Edits the scene and kills the Workers, so that fresh ones would load the edited one.
    private sealed class Editor(string file) : IProgress<RenderProgress>
    {
        private bool _done;

        public void Report(RenderProgress value)
        {
            if (value.Rendered >= 5 && !_done)
            {
                _done = true;
                File.AppendAllText(file, "    bpy.data.lights['Key'].energy = 1\n");
                TestMachine.Blenders().ToList().ForEach(worker => worker.Kill());
            }
        }
    }

    [Fact]
    public async Task Interrupted_once_it_ends_after_the_frames_in_flight_and_goes_on_later()
    {
        TestMachine.NeedsBlender();
        using var place = new Workplace();
        var resolved = place.Resolve(place.Experiment(1000));
        using var finish = new CancellationTokenSource();

        var first = (await TestMachine.Kit.RenderAsync(place.Request(resolved), new Stop(finish, 30), finish.Token, default)).Single();
        var second = await place.RenderAsync(place.Experiment(1000));

        Assert.Equal(ExitCode.Interrupted, first.ExitCode);
        Assert.InRange(first.Progress.Rendered, 30, 600);
        Assert.Equal(1000 - first.Progress.Rendered, second.Progress.Rendered);
        Assert.Empty(new Storage.Verifier(place.Store).Run());
    }

    [Fact]
    public async Task Interrupted_twice_it_ends_at_once_and_nothing_acknowledged_is_lost()
    {
        TestMachine.NeedsBlender();
        using var place = new Workplace();
        var resolved = place.Resolve(place.Experiment(200));
        using var now = new CancellationTokenSource();
        var stop = new Stop(now, 30);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => TestMachine.Kit.RenderAsync(place.Request(resolved), stop, default, now.Token));
        await TestMachine.NoOrphansAsync();
        var second = await place.RenderAsync(place.Experiment(200));

        Assert.Equal(200 - stop.Rendered, second.Progress.Rendered);
    }

    private sealed class Heard(Action<RenderProgress> hear) : IProgress<RenderProgress>
    {
        public void Report(RenderProgress value) => hear(value);
    }

    private sealed class Stop(CancellationTokenSource source, int after) : IProgress<RenderProgress>
    {
        public long Rendered { get; private set; }

        public void Report(RenderProgress value)
        {
            Rendered = value.Rendered;
            if (Rendered >= after)
            {
                source.Cancel();
            }
        }
    }
}
