namespace Rayshard.Storage;

/// <summary>
/// Reads a partial shard frame by frame, as after a crash: a frame counts only when every header, the record's address and every blob's
/// SHA-256 hold and it is one of the shard's frames in its place. The first that does not hold ends the scan: it is the torn tail.
/// </summary>
internal sealed class FrameScan(ShardBytes bytes, ShardLayout layout, FramePlan plan)
{
    /// <summary>No record of an experiment comes near: 1 MiB.</summary>
    public const int MaxRecordBytes = 1 << 20;

    /// <summary>The whole frames from byte <paramref name="end"/> on, none before frame <paramref name="index"/>.</summary>
    public IEnumerable<FrameEntry> Run(long end, long index)
    {
        while (end < bytes.Length && Read(end, index) is { } frame)
        {
            yield return frame;
            index = frame.Index + 1;
            end += layout.FrameBytes(frame.RecordBytes);
        }
    }

    private FrameEntry? Read(long offset, long from)
    {
        try
        {
            if (!Ustar.TryRead(bytes.Read(offset, Ustar.Block), out var name, out var size)
                || size > MaxRecordBytes || !EntryName.TryReadRecord(name, out var address) || !IsPadded(offset, size))
            {
                return null;
            }

            var content = bytes.Read(offset + Ustar.Block, (int)size);
            if (Digest.Of(content) != address)
            {
                return null;
            }

            var record = Record.Parse(content);
            if (layout.WhyNot(record) is not null || Find(record.Frame, from) is not { } index)
            {
                return null;
            }

            var entry = new FrameEntry(index, record.Frame, address, offset, content.Length, System.IO.Hashing.XxHash3.HashToUInt64(content), default);
            var blobs = new BlobEntry[record.Passes.Count];
            for (var i = 0; i < blobs.Length; i++)
            {
                if (!TryReadBlob(entry, record.Passes[i], i, out blobs[i]))
                {
                    return null;
                }
            }

            return entry with { Blobs = blobs };
        }
        catch (Exception e) when (e is FormatException or DamagedShardException { Fault.Kind: FaultKind.Truncated })
        {
            return null;
        }
    }

    private bool TryReadBlob(FrameEntry frame, RecordedPass recorded, int pass, out BlobEntry blob)
    {
        var offset = layout.BlobOffset(frame, pass);
        var size = layout.Passes[pass].BlobBytes;
        blob = default;
        if (!bytes.Read(offset - Ustar.Block, Ustar.Block).AsSpan().SequenceEqual(Ustar.Header(EntryName.OfBlob(frame.Record, recorded.Name), size)))
        {
            return false;
        }

        var (sha256, xxh3) = bytes.Hash(offset, size, sha256: true);
        blob = new(sha256, xxh3);
        return sha256 == recorded.Address && IsPadded(offset - Ustar.Block, size)
            && Npy.TryReadHeader(bytes.Read(offset, Npy.HeaderBytes), out var shape)
            && shape == (recorded.Height, recorded.Width, recorded.Channels.Count);
    }

    private bool IsPadded(long header, long size) => bytes.IsZero(header + Ustar.Block + size, Ustar.Padding(size));

    // Frames may be missing (quarantined), never out of order.
    private long? Find(Digest frame, long from)
    {
        for (var index = from; index < layout.First + layout.Expected; index++)
        {
            if (plan.At(index).Key == frame)
            {
                return index;
            }
        }

        return null;
    }
}
