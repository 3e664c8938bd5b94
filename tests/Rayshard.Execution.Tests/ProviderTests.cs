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

        var root = await s_roots.ReproduceAsync(ShippedStore.Experiments[experiment], request, default);
        var image = await TestEngine.Kit.ReproduceAsync(ShippedStore.Experiments[experiment], request, default);

        Assert.Equal((2, Grade.Identical), (root.Frames.Count, root.Grade));
        Assert.Equal((2, Grade.Identical), (image.Frames.Count, image.Grade));

        // Not with the machine's own: its Python may be newer than the lock's, which moves no bit.
        Assert.Empty(image.Here!.Differences(root.Here!));
        Assert.Contains("library.libembree3.so.3.13.5", image.Here.Facts.Keys);
    }
}
