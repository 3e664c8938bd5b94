using Rayshard.Blender;

namespace Rayshard.Execution.Tests;

/// <summary>Frames that are rendered again are graded rightly, and what differs is named with its cause.</summary>
public sealed class ReproduceTests
{
    private const string Leaking = """

        COUNT = []

        def apply(parameters):
            COUNT.append(1)
            bpy.data.lights["Key"].color = (1 / len(COUNT), 1, 1)
        """;

    // A wall that shines by itself, a percent brighter with every second that passes before it is built.
    private const string Flat = """
        import bpy, time

        def build():
            scene = bpy.context.scene
            mesh = bpy.data.meshes.new("Plane")
            mesh.from_pydata([(-9, -9, 0), (9, -9, 0), (9, 9, 0), (-9, 9, 0)], [], [(0, 1, 2, 3)])
            shine = bpy.data.materials.new("Shine")
            shine.use_nodes = True
            shine.node_tree.nodes.clear()
            emission = shine.node_tree.nodes.new("ShaderNodeEmission")
            output = shine.node_tree.nodes.new("ShaderNodeOutputMaterial")
            shine.node_tree.links.new(emission.outputs[0], output.inputs[0])
            emission.inputs["Strength"].default_value = 1 + time.time() % 100 / 100
            mesh.materials.append(shine)
            camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
            camera.location = (0, 0, 4)
            for thing in (bpy.data.objects.new("Plane", mesh), camera):
                scene.collection.objects.link(thing)
            scene.camera = camera

        def apply(parameters):
            color = tuple(parameters.get("color", (1, 1, 1)))
            bpy.data.materials["Shine"].node_tree.nodes["Emission"].inputs["Color"].default_value = color + (1,)
        """;

    [Fact]
    public async Task What_this_machine_rendered_it_renders_again_to_the_bit_and_the_store_is_only_read()
    {
        TestMachine.NeedsBlender();
        using var place = new Workplace();
        await place.RenderAsync(place.Experiment());
        var shards = Workplace.Shards(place.Store);

        var again = await ReproduceAsync(place, place.Experiment(), "all");

        Assert.Equal(40, again.Frames.Count);
        Assert.Equal(Grade.Identical, again.Grade);
        Assert.Empty(again.Causes);
        Assert.Equal(shards, Workplace.Shards(place.Store));
    }

    [Fact]
    public async Task Another_kernel_is_within_tolerance_and_named_and_the_same_kernel_is_identical()
    {
        TestMachine.NeedsBlender();
        TestMachine.NeedsAvx2();
        using var place = new Workplace();
        await place.RenderAsync(Noisy(place));

        var sse = await ReproduceAsync(place, Noisy(place), "4", CpuKernel.Sse);
        var pinned = await ReproduceAsync(place, Noisy(place), "4", CpuKernel.Avx2);

        Assert.Equal(Grade.WithinTolerance, sse.Grade);
        Assert.Equal("Cycles' CPU kernel: sse here, avx2 in the store", sse.Causes[0]);
        Assert.All(sse.Frames.SelectMany(frame => frame.Passes), pass =>
        {
            // Much of a glossy picture differs, a little: neither the share of floats nor the greatest difference tells it from another picture.
            Assert.InRange(pass.Difference.Share, 0.2, 0.9);
            Assert.InRange(pass.Difference.PsnrDb, pass.Noise!.PsnrDb + Tolerance.BelowNoiseDb, Tolerance.RoundingDb);
        });
        Assert.NotEmpty(Directory.GetFiles(sse.Folder, "combined-frame-*.png"));
        Assert.Equal(Path.Combine(place.Runs, "_reproduce", "small"), Path.GetDirectoryName(sse.Folder));
        Assert.Equal(Grade.Identical, pinned.Grade);
    }

    [Fact]
    public async Task Another_noise_seed_is_not_within_tolerance()
    {
        TestMachine.NeedsBlender();
        using var place = new Workplace();
        var pixels = new List<float[]>();
        foreach (var seed in new[] { 1, 2, 3 })
        {
            var experiment = Noisy(place) with { Seed = seed };
            var toolchain = (await TestMachine.Kit.ProvisionAsync([place.Resolve(experiment)], default)).Single();
            await using var pool = WorkerPool.Open(toolchain, ExperimentResolver.Resolve(experiment), place.SceneFolder, new() { LogFolder = place.Runs, Workers = 1 });
            await foreach (var outcome in pool.RenderAsync([new FramePlan(ExperimentResolver.Resolve(experiment)).At(3)]))
            {
                using (outcome)
                {
                    pixels.Add(Assert.IsType<RenderedFrame>(outcome).Passes[0].Pixels.ToArray());
                }
            }
        }

        Assert.False(Tolerance.IsFarBelowNoise(PassDifference.Of(pixels[0], pixels[1]), PassDifference.Of(pixels[0], pixels[2])));
    }

    [Fact]
    public async Task A_scene_that_reads_the_clock_is_different_and_no_cause_is_made_up()
    {
        TestMachine.NeedsBlender();
        using var place = new Workplace(Workplace.Scene.Replace("(1, -1, 2)", "(__import__('time').time() % 5, -1, 2)", StringComparison.Ordinal));
        await place.RenderAsync(place.Experiment(2));

        var again = await ReproduceAsync(place, place.Experiment(2), "all");

        Assert.Equal(Grade.Different, again.Grade);
        Assert.Empty(again.Causes);
    }

    [Fact]
    public async Task A_frame_is_held_against_its_own_noise_and_not_against_the_frame_before()
    {
        TestMachine.NeedsBlender();
        using var place = new Workplace(Flat);
        await place.RenderAsync(place.Experiment(8));

        // Without noise, some percent brighter than the store has it, and neighbours of quite another color. One Worker: each is of another brightness.
        var resolved = place.Resolve(place.Experiment(8));
        var again = await TestMachine.Kit.ReproduceAsync(resolved, new() { Render = place.Request(resolved, workers: 1), Sample = FrameSample.All }, default);

        Assert.Equal(8, again.Frames.Count);
        Assert.All(again.Frames, frame => Assert.Equal((Grade.Different, 0L), (frame.Grade, frame.Passes[0].Noise!.Differing)));
    }

    [Fact]
    public async Task A_leak_that_is_smaller_than_any_noise_is_a_leak()
    {
        TestMachine.NeedsBlender();
        using var place = new Workplace(Workplace.Scene[..Workplace.Scene.IndexOf("def apply", StringComparison.Ordinal)]
            + Leaking.Replace("1 / len(COUNT)", "1 + len(COUNT) * 1e-6", StringComparison.Ordinal));

        var leaks = await IsolationAsync(place);

        Assert.Equal(Grade.Different, leaks.Frames[^1].Grade);
    }

    [Fact]
    public async Task Isolation_names_the_frames_that_others_leak_into_and_finds_none_in_a_clean_scene()
    {
        TestMachine.NeedsBlender();
        using var leaking = new Workplace(Workplace.Scene[..Workplace.Scene.IndexOf("def apply", StringComparison.Ordinal)] + Leaking);
        using var clean = new Workplace();

        var leaks = await IsolationAsync(leaking);
        var none = await IsolationAsync(clean);

        Assert.Equal(Grade.Identical, leaks.Frames[0].Grade);
        Assert.All(leaks.Frames.Skip(1), frame => Assert.Equal(Grade.Different, frame.Grade));
        Assert.Equal(Grade.Identical, none.Grade);
    }

    [Fact]
    public async Task A_tolerance_of_the_experiment_decides_where_it_is_given()
    {
        TestMachine.NeedsBlender();
        TestMachine.NeedsAvx2();
        using var place = new Workplace();
        var strict = Noisy(place) with { Tolerances = new Dictionary<string, Tolerance> { ["combined"] = new() { MaxShare = 0 } } };
        await place.RenderAsync(strict);

        var sse = await ReproduceAsync(place, strict, "4", CpuKernel.Sse);

        Assert.Equal(Grade.Different, sse.Grade);
    }

    [Fact]
    public async Task A_store_without_the_frames_is_not_found()
    {
        TestMachine.NeedsBlender();
        using var place = new Workplace();
        await place.RenderAsync(place.Experiment());

        var refused = await Assert.ThrowsAsync<RayshardException>(() => ReproduceAsync(place, place.Experiment() with { Seed = 99 }, "3"));

        Assert.Equal(ExitCode.NotFound, refused.ExitCode);
        Assert.Contains("holds none of the 3 frames", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_fingerprint_beside_the_shards_names_build_kernel_and_the_libraries_that_were_mapped()
    {
        TestMachine.NeedsBlender();
        using var place = new Workplace();
        var summary = await place.RenderAsync(place.Experiment(4));

        var file = Assert.Single(Directory.GetFiles(Path.Combine(summary.ShardFolder, "fingerprints")));
        var facts = Fingerprint.Parse(Newtonsoft.Json.Linq.JObject.Parse(await File.ReadAllTextAsync(file))).Facts;

        Assert.Equal("3.4.1", facts["blender.version"]);
        Assert.Equal("1", facts["threads"]);
        Assert.Contains(facts.Keys, fact => fact.StartsWith("library.libembree", StringComparison.Ordinal));
        Assert.Contains(facts.Keys, fact => fact.StartsWith("library._multiarray_umath", StringComparison.Ordinal));
        Assert.Equal(facts["executable"], facts["library.blender"]);
    }

    // Gloss, glass, skin, bumps, a blurred lens and a sky with a sun: paths part at the slightest rounding, and fireflies abound.
    private static Experiment Noisy(Workplace place)
    {
        File.WriteAllText(Path.Combine(place.SceneFolder, "scene.py"), "import math\n" + Workplace.Scene + """


            _build = build

            def paint(thing, **inputs):
                material = bpy.data.materials.new(thing.name)
                material.use_nodes = True
                nodes, links = material.node_tree.nodes, material.node_tree.links
                shader = next(node for node in nodes if node.bl_idname == "ShaderNodeBsdfPrincipled")
                for name, value in inputs.items():
                    shader.inputs[name].default_value = value
                bump, grain = nodes.new("ShaderNodeBump"), nodes.new("ShaderNodeTexNoise")
                grain.inputs["Scale"].default_value = 9
                links.new(grain.outputs[0], bump.inputs["Height"])
                links.new(bump.outputs[0], shader.inputs["Normal"])
                thing.data.materials.append(material)

            def ball(name, x, y, **inputs):
                # Not by primitive_uv_sphere_add: 3.4.1 orders its faces by where memory happens to lie.
                turn, rise, half = 24, 12, math.pi / 12
                points = [(0.45 * math.sin(r * half) * math.cos(t * half), 0.45 * math.sin(r * half) * math.sin(t * half), 0.45 * math.cos(r * half))
                          for r in range(1, rise) for t in range(turn)] + [(0, 0, 0.45), (0, 0, -0.45)]
                faces = [(r * turn + t, (r + 1) * turn + t, (r + 1) * turn + (t + 1) % turn, r * turn + (t + 1) % turn) for r in range(rise - 2) for t in range(turn)]
                last = (rise - 2) * turn
                faces += [(t, (t + 1) % turn, last + turn) for t in range(turn)] + [(last + (t + 1) % turn, last + t, last + turn + 1) for t in range(turn)]
                mesh = bpy.data.meshes.new(name)
                mesh.from_pydata(points, [], faces)
                mesh.polygons.foreach_set("use_smooth", [True] * len(faces))
                mesh.update()
                thing = bpy.data.objects.new(name, mesh)
                thing.location = (x, y, 0.6)
                bpy.context.scene.collection.objects.link(thing)
                paint(thing, **inputs)

            def build():
                _build()
                scene = bpy.context.scene
                paint(bpy.data.objects["Plane"], Roughness=0.15, Metallic=1.0)
                ball("Glass", -0.5, -0.4, Transmission=1.0, Roughness=0.0)
                ball("Skin", 0.5, -0.4, Subsurface=0.6)
                ball("Metal", 0.0, 0.5, Metallic=1.0, Roughness=0.2)
                scene.camera.data.dof.use_dof = True
                scene.camera.data.dof.focus_distance = 3
                scene.camera.data.dof.aperture_fstop = 0.5
                scene.world = bpy.data.worlds.new("Sky")
                scene.world.use_nodes = True
                sky = scene.world.node_tree.nodes.new("ShaderNodeTexSky")
                scene.world.node_tree.links.new(sky.outputs[0], scene.world.node_tree.nodes["Background"].inputs["Color"])
            """);
        return place.Experiment(8) with { Render = new() { Width = 64, Height = 48, Samples = 16 } };
    }

    private static Task<Reproduction> IsolationAsync(Workplace place) => TestMachine.Kit.ReproduceAsync(
        place.Resolve(place.Experiment()), new() { Render = place.Request(place.Resolve(place.Experiment())), Sample = FrameSample.Parse("3"), Isolation = true }, default);

    private static Task<Reproduction> ReproduceAsync(Workplace place, Experiment experiment, string sample, CpuKernel? kernel = null) => TestMachine.Kit.ReproduceAsync(
        place.Resolve(experiment), new() { Render = place.Request(place.Resolve(experiment)), Sample = FrameSample.Parse(sample), Kernel = kernel }, default);
}
