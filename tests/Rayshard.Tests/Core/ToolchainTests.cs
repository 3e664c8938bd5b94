namespace Rayshard.Tests.Core;

/// <summary>What a toolchain's Blender lacks is said before it is started; an experiment can be put on another one.</summary>
public sealed class ToolchainTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rayshard-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("debian-11", "position", "Blender 2.83.5 has no pass 'position' (since 3.0): leave it out, or take toolchain 'debian-12' or 'debian-13' or 'debian-sid'")]
    [InlineData("debian-13", "shadow", "Blender 4.3.2 has no pass 'shadow' (until 4.0): leave it out, or take toolchain 'debian-11' or 'debian-12'")]
    [InlineData("debian-sid", "shadow", "Blender 5.2.2 has no pass 'shadow'")]
    public void A_pass_that_the_Blender_lacks_is_refused_with_the_toolchains_that_have_it(string toolchain, string pass, string reason)
    {
        var fault = Refused(Experiment() with { Toolchain = toolchain, Passes = [new("combined"), new(pass)] });

        Assert.Equal("passes[1].pass", fault.Field);
        Assert.StartsWith(reason, fault.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("debian-11", """worlds["World"].light_settings.ao_factor""", null)]
    [InlineData("debian-sid", """scenes["Scene"].cycles.use_light_tree""", null)]
    [InlineData("debian-11", """scenes["Scene"].view_layers["ViewLayer"].use_pass_position""", "no property 'use_pass_position'")]
    [InlineData("debian-sid", """scenes["Scene"].node_tree.active_output""", "no property 'node_tree'")]
    [InlineData("debian-11", """scenes["Scene"].compositing_node_group.name""", "no property 'compositing_node_group'")]
    public void Data_paths_are_those_of_the_toolchains_Blender(string toolchain, string path, string? reason)
    {
        Assert.All(BlenderFacts.Toolchains.Values, pin => Assert.NotNull(RnaSchema.Of(pin.Version)));
        var rna = RnaSchema.Of(BlenderFacts.Toolchains[toolchain].Version)!;

        if (reason is null)
        {
            Assert.NotEmpty(rna.Find(DataPath.Parse(path)));
        }
        else
        {
            Assert.Contains(reason, Assert.Throws<FormatException>(() => rna.Find(DataPath.Parse(path))).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_denoiser_that_no_build_here_has_is_refused_on_each()
    {
        foreach (var pin in BlenderFacts.Toolchains.Values)
        {
            var experiment = Experiment();
            var fault = Refused(experiment with { Toolchain = pin.Id, Render = experiment.Render with { Denoise = true } });
            Assert.Equal("render.denoise", fault.Field);
            Assert.Contains(pin.Id, fault.Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void On_another_toolchain_an_experiment_loses_what_its_Blender_lacks_and_nothing_else()
    {
        var resolved = ExperimentResolver.Resolve(Experiment() with
        {
            Layers = [new("dark"), new("beauty")],
            Passes = [new("shadow"), new("combined") { Layer = "beauty" }, new("position") { Layer = "beauty", Name = "where" }],
            Tolerances = new Dictionary<string, Tolerance> { ["shadow"] = new() { MaxAbs = 1 }, ["combined"] = new() { MaxAbs = 1 } },
        });

        var (newer, shadow) = ExperimentResolver.ResolveOn(resolved, _folder + "/mine", "debian-13");
        var (older, position) = ExperimentResolver.ResolveOn(resolved, _folder + "/mine", "debian-11");
        var (same, none) = ExperimentResolver.ResolveOn(resolved, _folder + "/mine", "debian-12");

        Assert.Equal(["shadow"], shadow.Select(pass => pass.Pass));
        Assert.Equal(["position"], position.Select(pass => pass.Pass));
        Assert.Equal("debian-13", newer.Toolchain);
        Assert.Equal(["beauty"], newer.Layers.Select(layer => layer.Name));
        Assert.Equal(["combined"], newer.Tolerances!.Keys);
        Assert.Equal(["combined", "where"], newer.Passes.Select(pass => pass.Name));
        Assert.Equal(["shadow", "combined"], older.Passes.Select(pass => pass.Name));
        Assert.Empty(none);
        Assert.Equal(new FramePlan(resolved).At(0).Key, new FramePlan(same).At(0).Key);
        Assert.NotEqual(new FramePlan(resolved).At(0).Key, new FramePlan(newer).At(0).Key);
    }

    [Fact]
    public void On_a_toolchain_that_has_none_of_its_passes_or_is_not_pinned_an_experiment_is_refused()
    {
        var resolved = ExperimentResolver.Resolve(Experiment() with { Passes = [new("shadow")] });

        var none = Assert.Throws<RayshardException>(() => ExperimentResolver.ResolveOn(resolved, _folder + "/mine", "debian-13"));
        var unknown = Assert.Throws<RayshardException>(() => ExperimentResolver.ResolveOn(resolved, _folder + "/mine", "debian-99"));

        Assert.Contains("Blender 4.3.2 has none of its passes (shadow)", none.Message, StringComparison.Ordinal);
        Assert.Contains("known are debian-11, debian-12", unknown.Message, StringComparison.Ordinal);
    }

    private Experiment Experiment()
    {
        var scene = Directory.CreateDirectory(Path.Combine(_folder, "mine")).FullName;
        File.WriteAllText(Path.Combine(scene, "scene.py"), "def build(): pass\n");
        return new()
        {
            Source = new(Path.Combine(scene, "Mine.cs"), 1),
            Name = "mine",
            Toolchain = "debian-12",
            Scene = new() { File = "scene.py" },
            Render = new() { Width = 8, Height = 8, Samples = 1 },
            Passes = [new("combined")],
            Capture = Capture.Passes,
        };
    }

    private static Diagnostic Refused(Experiment experiment) =>
        Assert.Throws<InvalidExperimentException>(() => ExperimentResolver.Resolve(experiment)).Diagnostics.Single();
}
