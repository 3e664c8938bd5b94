using Newtonsoft.Json.Linq;
using Rayshard.Blender;

namespace Rayshard.Execution.Tests;

/// <summary>Blenders in folders of their own: made from locks, run by bubblewrap or as images by Docker. The first run downloads 290 MB for each.</summary>
public sealed class ProviderTests(ShippedStore store)
{
    private static readonly Kit s_roots = new(new() { BlenderFolder = TestMachine.BlenderFolder, StateFolder = TestMachine.StateFolder, Provider = "debian" }, TimeProvider.System);

    [Theory]
    [InlineData(Capture.Viewer)]
    [InlineData(Capture.Passes)]
    public async Task The_machines_Blender_and_the_same_one_in_a_folder_of_its_own_and_in_a_container_give_the_same_shards(Capture capture)
    {
        TestMachine.NeedsBlender();
        await TestEngine.NeededAsync();
        using var here = new Workplace();
        using var root = new Workplace();
        using var image = new Workplace();
        await here.RenderAsync(here.Experiment() with { Capture = capture });

        foreach (var (kit, place) in new[] { (s_roots, root), (TestEngine.Kit, image) })
        {
            var summary = (await kit.RenderAsync(place.Request(place.Resolve(place.Experiment() with { Capture = capture })), null, default, default)).Single();

            Assert.Equal(40, summary.Progress.Rendered);
            Assert.Equal(Workplace.Shards(here.Store), Workplace.Shards(place.Store));
        }

        await TestMachine.NoOrphansAsync();
        Assert.Empty(TestEngine.Containers());
    }

    [Theory]
    [InlineData("first-light")]
    [InlineData("passes")]
    [InlineData("ramp")]
    public async Task Shipped_frames_come_out_of_a_folder_and_of_a_container_with_the_same_bits_by_the_same_libraries(string experiment)
    {
        await TestEngine.NeededAsync();
        await store.RenderedAsync();
        var request = new ReproduceRequest { Render = store.Request(), Sample = FrameSample.Parse("2") };

        foreach (var kit in new[] { s_roots, TestEngine.Kit })
        {
            var again = await kit.ReproduceAsync(ShippedStore.Experiments[experiment], request, default);

            Assert.Equal((2, Grade.Identical), (again.Frames.Count, again.Grade));
            Assert.Empty(again.Here!.Differences(again.Stored.Single()));
        }
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
