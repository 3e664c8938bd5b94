using Rayshard.Storage;

namespace Rayshard.Tests.Storage;

public sealed class HeldFramesTests
{
    // So many frames no other test's shard has, and the memory is by size.
    private static readonly ShardLayout s_layout = new(Digest.Of("set"), 0, 5000, [new("a", ["V"], 1, 1), new("b", ["V"], 1, 1)]);

    [Fact]
    public void What_a_sealed_shard_held_is_forgotten_and_its_memory_goes_to_the_next()
    {
        var first = Filled(3);
        Assert.Equal([0, 1, 2], first.Select(frame => frame.Index));
        Assert.Equal(2, first[2].Index);
        first.HandOver();
        Assert.Empty(first);
        Assert.Throws<IndexOutOfRangeException>(() => first[0]);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var second = Filled(5000);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 50_000);
        Assert.Equal(5000, second.Count);
    }

    [Fact]
    public void Shards_that_are_filled_at_once_have_memory_of_their_own()
    {
        var (first, second) = (Filled(2), Filled(1));

        second.Blobs(0).Span.Clear();

        Assert.Equal([1UL, 2UL], first.Select(frame => frame.Blobs.Span[1].Xxh3));
        Assert.Equal(0UL, second[0].Blobs.Span[1].Xxh3);
    }

    private static HeldFrames Filled(int frames)
    {
        var held = new HeldFrames(s_layout);
        for (var i = 0; i < frames; i++)
        {
            var blobs = held.Blobs(i);
            blobs.Span[1] = new(default, (ulong)i + 1);
            held.Add(new(i, default, default, 0, 1, 0, blobs));
        }

        return held;
    }
}
