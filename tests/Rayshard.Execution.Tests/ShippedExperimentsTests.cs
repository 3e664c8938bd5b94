using Rayshard.Storage;

namespace Rayshard.Execution.Tests;

public sealed class ShippedExperimentsTests(ShippedStore store)
{
    [Fact]
    public async Task Every_frame_is_rendered_and_every_byte_verifies()
    {
        var summaries = await store.RenderedAsync();
        var verifier = new Verifier(store.Folder);

        Assert.Equal([("first-light", 256L), ("passes", 64), ("ramp", 4)], summaries.Select(s => (s.Progress.Experiment, s.Progress.Rendered)));
        Assert.All(summaries, s => Assert.Equal(ExitCode.Done, s.ExitCode));
        Assert.Empty(verifier.Run());
        Assert.Equal(324, verifier.Counts.Frames);
    }

    [Fact]
    public async Task A_second_render_starts_no_Blender()
    {
        await store.RenderedAsync();

        var again = await TestMachine.Kit.RenderAsync(store.Request(), null, default, default);

        Assert.All(again, s => Assert.Equal((0, s.Progress.Frames), (s.Progress.Rendered, s.Progress.Reused)));
        Assert.All(again, s => Assert.Null(s.RunFolder));
    }

    [Fact]
    public async Task The_hosts_memory_is_flat_from_frame_100_to_the_last()
    {
        await store.RenderedAsync();
        var memory = store.Memory("first-light");
        var early = memory.Skip(80).Take(20).Max();
        var late = memory.TakeLast(20).Max();

        TestContext.Current.TestOutputHelper?.WriteLine($"resident: {early >> 20} MiB at frame 100, {late >> 20} MiB at frame {memory.Count}");
        Assert.InRange(memory.Count, 200, 256); // Frames are stored beside the rendering, so a report may tell of two.
        Assert.True(late < early * 1.05, $"{early} bytes at frame 100, {late} at the last");
    }
}
