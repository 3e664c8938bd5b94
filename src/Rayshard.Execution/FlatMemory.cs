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

    /// <summary>Collects what was thrown away, where that is much.</summary>
    public void Keep()
    {
        if (GC.GetTotalAllocatedBytes() - _collectedAt > Bytes)
        {
            GC.Collect(0, GCCollectionMode.Forced, blocking: true);
            _collectedAt = GC.GetTotalAllocatedBytes();
        }
    }
}
