namespace Rayshard.Execution.Tests;

/// <summary>The grade takes what another CPU does and refuses what another noise seed, a flip or another dtype does.</summary>
public sealed class SnapshotGradeTests(ShippedStore store)
{
    private static string Snapshot(IEnumerable<float[]> frames) => "cpu_class x\n" + string.Join("\n", frames.Select((frame, i) =>
        $"frame {i} {Digest.Of(i.ToString(System.Globalization.CultureInfo.InvariantCulture))}\n    means {SnapshotGrade.Means(frame, 128, 4)}"));

    [Fact]
    public async Task Another_kernel_is_within_tolerance_and_another_seed_is_not()
    {
        await store.RenderedAsync();
        var first = ShippedStore.Experiments["first-light"];
        var few = first.Experiment with { Parameters = [.. first.Experiment.Parameters.Select(p => p.Name == "turn" ? p with { Linear = null, List = [0.0] } : p with { List = [.. p.List!.Take(2)] })] };

        var avx2 = await PixelsAsync(first with { Experiment = few with { Capture = Capture.Passes } });
        var sse = await PixelsAsync(first with { Experiment = few with { Capture = Capture.Passes, CpuKernel = CpuKernel.Sse } });
        var seed = await PixelsAsync(first with { Experiment = few with { Capture = Capture.Passes, Seed = few.Seed + 1 } });

        Assert.NotEqual(avx2[0], sse[0]);
        Assert.True(SnapshotGrade.Of(Snapshot(avx2), Snapshot(sse)).IsWithinTolerance, SnapshotGrade.Of(Snapshot(avx2), Snapshot(sse)).Text);
        Assert.False(SnapshotGrade.Of(Snapshot(avx2), Snapshot(seed)).IsWithinTolerance, SnapshotGrade.Of(Snapshot(avx2), Snapshot(seed)).Text);
        Assert.False(SnapshotGrade.Of(Snapshot(avx2), Snapshot(avx2.Select(frame => frame.Reverse().ToArray()))).IsWithinTolerance);
    }

    [Fact]
    public void Another_dtype_channel_or_frame_is_different()
    {
        const string Verified = "cpu_class a\nframe 0 X\n  combined <f4 8x8 R,G,B Y\n";

        Assert.True(SnapshotGrade.Of(Verified, Verified.Replace("cpu_class a", "cpu_class b", StringComparison.Ordinal)).IsWithinTolerance);
        Assert.False(SnapshotGrade.Of(Verified, Verified.Replace("<f4", "<f2", StringComparison.Ordinal)).IsWithinTolerance);
        Assert.False(SnapshotGrade.Of(Verified, Verified.Replace("R,G,B", "B,G,R", StringComparison.Ordinal)).IsWithinTolerance);
        Assert.False(SnapshotGrade.Of(Verified, Verified + "frame 1 X\n").IsWithinTolerance);
    }

    private static async Task<List<float[]>> PixelsAsync(ResolvedExperiment resolved)
    {
        using var place = new Workplace();
        var summary = (await TestMachine.Kit.RenderAsync(place.Request(resolved), null, default, default)).Single();
        using var shard = Storage.ShardReader.Open(Directory.GetFiles(summary.ShardFolder, "*.tar").Single());
        return [.. shard.Frames.Select(entry =>
        {
            using var frame = shard.Read(entry);
            return ShippedStore.Pixels(frame, "combined");
        })];
    }
}
