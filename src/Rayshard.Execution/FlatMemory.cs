namespace Rayshard.Execution;

/// <summary>
/// Keeps the host's memory where it is after its first frames: the collector's first generation may grow to the size of the CPU's cache, 60 MB and
/// more, before it is looked at. One thread.
/// </summary>
internal sealed class FlatMemory
{
    // Each time 0.3 ms, and 3 where two threads hash meanwhile, so once in a thousand frames.
    private const long Bytes = 4 << 20;

    // Some 20 ms each time, so not for each of many small shards.
    private const long ShardBytes = 64 << 20;

    private long _collectedAt, _collectedAllAt;
    private int _sealed;

    /// <summary>Collects what was thrown away, where that is much.</summary>
    /// <param name="shardsSealed">So far: what the collector holds of a shard's frames, which lived long, is old only when the shard is done.</param>
    public void Keep(int shardsSealed)
    {
        var allocated = GC.GetTotalAllocatedBytes();
        if (shardsSealed != _sealed && allocated - _collectedAllAt > ShardBytes)
        {
            GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
            (_collectedAt, _collectedAllAt, _sealed) = (allocated, allocated, shardsSealed);
        }
        else if (allocated - _collectedAt > Bytes)
        {
            GC.Collect(0, GCCollectionMode.Forced, blocking: true);
            _collectedAt = allocated;
        }
    }
}
