namespace Rayshard.Execution.Tests;

/// <summary>One experiment on two real Blenders: this machine's 3.4.1 and Debian 13's 4.3.2.</summary>
public sealed class MatrixTests
{
    // The Principled BSDF, rough and metallic: 4.0 gave it back the energy of multiple scattering, so it is brighter since.
    private const string Shaded = Workplace.Scene + """


        _build = build

        def build():
            _build()
            paint = bpy.data.materials.new("Paint")
            paint.use_nodes = True
            shader = next(node for node in paint.node_tree.nodes if node.bl_idname == "ShaderNodeBsdfPrincipled")
            shader.inputs["Roughness"].default_value = 0.9
            shader.inputs["Metallic"].default_value = 1.0
            bpy.data.meshes["Plane"].materials.append(paint)
        """;

    [Fact]
    public async Task It_says_of_each_pass_whether_it_is_the_same_rounding_noise_or_another_picture()
    {
        TestMachine.NeedsBlender();
        using var place = new Workplace(Shaded);
        var resolved = place.Resolve(place.Experiment() with
        {
            Passes = [new("combined"), new("object_index"), new("position"), new("shadow"), new("diffuse_color")],
            Render = new() { Width = 32, Height = 24, Samples = 64 },
        });

        var matrix = await TestMachine.Kit.MatrixAsync(resolved, FrameSample.Parse("2"), place.Request(resolved), ["debian-12", "debian-13"], default);

        Assert.Equal(["3.4.1", "4.3.2"], matrix.Cells.Select(cell => cell.Pin.Version));
        Assert.All(matrix.Cells, cell => Assert.Equal((null, 2), (cell.Refusal, cell.Records!.Count)));
        Assert.Equal([[], ["shadow"]], matrix.Cells.Select(cell => cell.LeftOut));
        var step = Assert.Single(matrix.Steps);
        Assert.Equal(["combined", "diffuse_color", "object_index", "position"], step.Passes.Select(pass => pass.Pass).Order());
        Assert.Equal(Movement.Moved, Of("combined").Movement);
        Assert.Equal(Movement.Identical, Of("object_index").Movement);
        Assert.True(Of("position").Movement <= Movement.Rounding);
        Assert.Contains(step.Changes, change => change.Version == "4.0");
        Assert.Contains(step.Settings, setting => setting.Path == "cycles.sampling_pattern");
        Assert.True(File.Exists(Path.Combine(matrix.Folder, "debian-12-debian-13-combined.png")));
        Assert.Equal(Path.Combine(place.Runs, "_matrix", "small"), Path.GetDirectoryName(matrix.Folder));
        Assert.False(Directory.Exists(place.Store));

        PassMovement Of(string name) => step.Passes.Single(pass => pass.Pass == name);
    }

    [Fact]
    public async Task What_explains_a_move_is_named_and_what_explains_nothing_is_not()
    {
        TestMachine.NeedsBlender();
        using var place = new Workplace();
        var resolved = place.Resolve(place.Experiment() with { Passes = [new("depth"), new("material_index")] });

        var matrix = await TestMachine.Kit.MatrixAsync(resolved, FrameSample.Parse("1"), place.Request(resolved), ["debian-11", "debian-12"], default);

        // 2.83 measures depth along the ray. Neither pass has noise, so another order of sampling explains nothing.
        var step = Assert.Single(matrix.Steps);
        Assert.Equal([Movement.Moved, Movement.Identical], step.Passes.OrderBy(pass => pass.Pass, StringComparer.Ordinal).Select(pass => pass.Movement));
        Assert.Equal(["depth"], Assert.Single(step.Changes).Passes);
    }

    [Fact]
    public async Task Each_toolchain_is_held_against_the_one_before_it()
    {
        TestMachine.NeedsBlender();
        using var place = new Workplace();
        var resolved = place.Resolve(place.Experiment() with { Passes = [new("depth")] });

        var matrix = await TestMachine.Kit.MatrixAsync(resolved, FrameSample.Parse("1"), place.Request(resolved), ["debian-11", "debian-12", "debian-13"], default);

        // 2.83 alone measures depth along the ray.
        Assert.Equal([("debian-11", "debian-12"), ("debian-12", "debian-13")], matrix.Steps.Select(step => (step.From.Id, step.To.Id)));
        Assert.Equal(Movement.Moved, matrix.Steps[0].Passes[0].Movement);
        Assert.True(matrix.Steps[1].Passes[0].Movement <= Movement.Rounding);
        Assert.Equal(matrix.Steps[0].Passes[0].NewerMean, matrix.Steps[1].Passes[0].OlderMean);
    }

    [Fact]
    public async Task The_noise_that_a_step_is_held_against_is_that_of_the_newer_toolchain()
    {
        TestMachine.NeedsBlender();
        using var place = new Workplace();
        var resolved = place.Resolve(place.Experiment() with { Passes = [new("combined")] });

        var (first, second) = (await NoiseAsync("debian-11"), await NoiseAsync("debian-12"));

        Assert.True(first.Differing > 0);
        Assert.Equal(first, second);

        async Task<PassDifference> NoiseAsync(string older) =>
            (await TestMachine.Kit.MatrixAsync(resolved, FrameSample.Parse("1"), place.Request(resolved), [older, "debian-13"], default)).Steps.Single().Passes.Single().Noise;
    }

    [Fact]
    public async Task A_toolchain_that_has_none_of_the_passes_is_said_to_and_the_others_render()
    {
        TestMachine.NeedsBlender();
        using var place = new Workplace();
        var resolved = place.Resolve(place.Experiment() with { Passes = [new("shadow")] });

        var matrix = await TestMachine.Kit.MatrixAsync(resolved, FrameSample.Parse("1"), place.Request(resolved), ["debian-12", "debian-13"], default);

        Assert.Null(matrix.Cells[0].Refusal);
        Assert.Contains("Blender 4.3.2 has none of its passes", matrix.Cells[1].Refusal, StringComparison.Ordinal);
        Assert.Empty(matrix.Steps);
    }
}
