using System.Runtime.InteropServices;
using Rayshard.Blender;

namespace Rayshard.Execution.Tests;

/// <summary>What a frame looks like hangs on no other frame, on no Worker and on no order.</summary>
public sealed class ShuffleTests
{
    [Fact]
    public async Task A_hundred_frames_in_shuffled_order_in_one_Worker_and_in_four_with_restarts_are_identical()
    {
        TestMachine.NeedsBlender();
        using var place = new Workplace();
        var resolved = place.Resolve(place.Experiment(100));
        var toolchain = (await TestMachine.Kit.ProvisionAsync([resolved], default)).Single();
        var plan = new FramePlan(resolved.Experiment);
        var inOrder = Enumerable.Range(0, 100).Select(i => plan.At(i)).ToArray();

        var expected = await RenderAsync(inOrder, new() { LogFolder = place.Runs, Workers = 1 });
        foreach (var (workers, seed) in new[] { (1, 5), (4, 6) })
        {
            var shuffled = inOrder.ToArray();
            new Random(seed).Shuffle(shuffled);
            Assert.Equal(expected, await RenderAsync(shuffled, new() { LogFolder = place.Runs, Workers = workers, RecycleAfterFrames = 8 }));
        }

        async Task<SortedDictionary<long, Digest>> RenderAsync(Frame[] frames, WorkerPoolOptions options)
        {
            var digests = new SortedDictionary<long, Digest>();
            await using var pool = WorkerPool.Open(toolchain, resolved.Experiment, resolved.Folder, options);
            await foreach (var outcome in pool.RenderAsync(frames))
            {
                using (outcome)
                {
                    digests.Add(outcome.Frame.Index, Digest.Of(MemoryMarshal.AsBytes(Assert.IsType<RenderedFrame>(outcome).Passes[0].Pixels)));
                }
            }

            Assert.Equal(100, digests.Count);
            Assert.True(options.RecycleAfterFrames > 100 || pool.WorkersStarted > options.Workers, "no Worker was restarted");
            return digests;
        }
    }
}
