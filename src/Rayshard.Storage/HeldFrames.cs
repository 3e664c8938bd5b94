using System.Buffers;
using System.Collections;

namespace Rayshard.Storage;

/// <summary>
/// The frames that a shard holds while it is filled, in memory that the next shard takes over: so a run's memory does not rise and fall with its
/// shards. Taken at the first frame, for the next shard is opened before the last one is sealed. Not thread-safe.
/// </summary>
internal sealed class HeldFrames(ShardLayout layout) : IReadOnlyList<FrameEntry>
{
    // Of their own: the shared ones give what they hold back to the collector, and then it comes and goes after all.
    private static readonly ArrayPool<FrameEntry> s_frames = ArrayPool<FrameEntry>.Create(maxArrayLength: 1 << 20, maxArraysPerBucket: 1);
    private static readonly ArrayPool<BlobEntry> s_blobs = ArrayPool<BlobEntry>.Create(maxArrayLength: 1 << 22, maxArraysPerBucket: 1);

    private FrameEntry[]? _frames;
    private BlobEntry[]? _blobs;

    /// <inheritdoc/>
    public int Count { get; private set; }

    /// <inheritdoc/>
    public FrameEntry this[int index] => _frames.AsSpan(0, Count)[index];

    /// <summary>Where the blobs of the frame that will be the <paramref name="place"/>-th stand, from 0.</summary>
    public Memory<BlobEntry> Blobs(int place) =>
        (_blobs ??= s_blobs.Rent(layout.Expected * layout.Passes.Count)).AsMemory(place * layout.Passes.Count, layout.Passes.Count);

    /// <summary>Adds a frame.</summary>
    public void Add(FrameEntry frame) => (_frames ??= s_frames.Rent(layout.Expected))[Count++] = frame;

    /// <inheritdoc/>
    public IEnumerator<FrameEntry> GetEnumerator() => (_frames ?? []).Take(Count).GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Forgets the frames and gives the memory to the next shard. Not where a writer fails: another thread may be at it, and the collector knows when it is done.</summary>
    public void HandOver()
    {
        if (_frames is not null)
        {
            _frames.AsSpan(0, Count).Clear(); // Those of a shard that was resumed point to arrays of their own.
            s_frames.Return(_frames);
            (_frames, Count) = (null, 0);
        }

        if (_blobs is not null)
        {
            s_blobs.Return(_blobs);
            _blobs = null;
        }
    }
}
