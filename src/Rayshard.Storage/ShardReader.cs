using System.Runtime.InteropServices;

namespace Rayshard.Storage;

/// <summary>A sealed shard, opened by its manifest: constant time to any frame. Not thread-safe; open one per thread.</summary>
public sealed class ShardReader : IDisposable
{
    private readonly ShardBytes _bytes;
    private readonly IReadOnlyList<FrameEntry> _frames;

    private ShardReader(ShardBytes bytes, SealedShard shard, ShardLayout layout, IReadOnlyList<FrameEntry> frames)
    {
        _bytes = bytes;
        _frames = frames;
        Shard = shard;
        Layout = layout;
    }

    /// <summary>What the shard is.</summary>
    public SealedShard Shard { get; }

    /// <summary>Its passes and its range of frames.</summary>
    public ShardLayout Layout { get; }

    /// <summary>Its frames, in the experiment's order.</summary>
    public IReadOnlyList<FrameEntry> Frames => _frames;

    /// <summary>Opens a shard wherever it lies; nothing beside it is needed.</summary>
    /// <exception cref="DamagedShardException">The manifest is damaged, or the file can't be read.</exception>
    public static ShardReader Open(string path) => Open(path, path);

    /// <param name="path">The file.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="written">What this process has just written into it: of that only the end is read again.</param>
    internal static ShardReader Open(string path, string name, (ShardLayout Layout, IReadOnlyList<FrameEntry> Frames)? written = null)
    {
        var bytes = ShardBytes.Open(path, name);
        try
        {
            var tail = ShardTail.Read(bytes);
            (ShardLayout layout, IReadOnlyList<FrameEntry> frames) = written ?? tail.ReadManifest(bytes);
            return new(bytes, new(path, bytes.Length, tail.Digest, layout.First, layout.Expected, frames.Count), layout, frames);
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    /// <summary>The entry of the frame with this index in the experiment, or nothing where the shard does not hold it.</summary>
    public FrameEntry? Find(long index)
    {
        var (low, high) = (0, _frames.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (_frames[middle].Index == index)
            {
                return _frames[middle];
            }

            (low, high) = _frames[middle].Index < index ? (middle + 1, high) : (low, middle - 1);
        }

        return null;
    }

    /// <summary>A frame of this shard; reads its record. The frame reads through this shard and is done when it is disposed.</summary>
    /// <exception cref="DamagedShardException">The record is damaged.</exception>
    public StoredFrame Read(FrameEntry entry) => StoredFrame.Read(_bytes, entry.Offset);

    /// <summary>
    /// Fills <paramref name="floats"/> from a blob, unchecked: at the speed of memory, for whoever looks at all of them. What is to be copied or
    /// trusted comes from <see cref="Read"/>.
    /// </summary>
    /// <param name="entry">The frame.</param>
    /// <param name="pass">Place of the pass in the layout.</param>
    /// <param name="first">Place in the blob of the first float, from 0; the caller stays within the pass.</param>
    /// <param name="floats">Top row first, pixel by pixel.</param>
    /// <exception cref="DamagedShardException">The file ends before, or the disk gives no data.</exception>
    public void ReadFloats(FrameEntry entry, int pass, long first, Span<float> floats) =>
        _bytes.Read(Layout.BlobOffset(entry, pass) + Npy.HeaderBytes + (first * sizeof(float)), MemoryMarshal.AsBytes(floats));

    /// <inheritdoc/>
    public void Dispose() => _bytes.Dispose();
}
