using Newtonsoft.Json.Linq;
using Rayshard.Blender;

namespace Rayshard.Execution.Tests;

/// <summary>Blenders in folders of their own: made from locks, run by bubblewrap. The first run downloads 290 MB for each.</summary>
public sealed class ProviderTests
{
    private static readonly Kit s_roots = new(new() { BlenderFolder = TestMachine.BlenderFolder, StateFolder = TestMachine.StateFolder, Provider = "debian" }, TimeProvider.System);

    [Theory]
    [InlineData(Capture.Viewer)]
    [InlineData(Capture.Passes)]
    public async Task The_machines_Blender_and_the_same_one_in_a_folder_of_its_own_give_the_same_shards(Capture capture)
    {
        TestMachine.NeedsBlender();
        using var here = new Workplace();
        using var root = new Workplace();
        await here.RenderAsync(here.Experiment() with { Capture = capture });

        var summary = (await s_roots.RenderAsync(root.Request(root.Resolve(root.Experiment() with { Capture = capture })), null, default, default)).Single();

        Assert.Equal(40, summary.Progress.Rendered);
        Assert.Equal(Workplace.Shards(here.Store), Workplace.Shards(root.Store));
        await TestMachine.NoOrphansAsync();
    }

    [Theory]
    [InlineData("debian-13", "4.3.2")]
    public async Task Another_releases_Blender_renders_by_every_capture_to_the_same_bits(string id, string version)
    {
        TestMachine.NeedsBlender();
        using var place = new Workplace();
        var resolved = place.Resolve(place.Experiment(4) with { Toolchain = id });

        var toolchain = (await s_roots.ProvisionAsync([resolved], default)).Single();
        var summary = (await s_roots.RenderAsync(place.Request(resolved), null, default, default)).Single();

        Assert.Equal(["viewer", "passes", "exr"], toolchain.Probe["captures"]!.Values<string>());
        Assert.Equal(version, (string?)toolchain.Probe["worker"]!["blender"]!["version"]);
        Assert.Equal(4, summary.Progress.Rendered);
    }
}
