namespace Rayshard.Execution;

/// <summary>
/// Keeps the host's memory where it is after its first frames: the collector's first generation may grow to the size of the CPU's cache, 60 MB and
/// more, before it is looked at. One thread.
/// </summary>
internal sealed class FlatMemory
{
    // 0.3 ms each time, so once in hundreds of frames.
    private const long Bytes = 1 << 20;

    private long _collectedAt;
    private int _sealed;

    /// <summary>Collects what was thrown away, where that is much.</summary>
    /// <param name="shardsSealed">So far: what the collector holds of a shard's frames, which lived long, is old only when the shard is done.</param>
    public void Keep(int shardsSealed)
    {
        if (shardsSealed != _sealed)
        {
            GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
            (_collectedAt, _sealed) = (GC.GetTotalAllocatedBytes(), shardsSealed);
        }
        else if (GC.GetTotalAllocatedBytes() - _collectedAt > Bytes)
        {
            GC.Collect(0, GCCollectionMode.Forced, blocking: true);
            _collectedAt = GC.GetTotalAllocatedBytes();
        }
    }
}
