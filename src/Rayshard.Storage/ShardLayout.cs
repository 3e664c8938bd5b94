namespace Rayshard.Storage;

/// <summary>
/// What is settled about a shard before its first frame: which frames may be in it and the passes that each of them has. With a
/// record's size it gives every offset.
/// </summary>
/// <param name="ShardSet">Digest of everything that decides the shards' bytes, <see cref="FramePlan.ShardSet"/>.</param>
/// <param name="First">Index of the first frame of the shard's range.</param>
/// <param name="Expected">Frames in the range.</param>
/// <param name="Passes">The passes, by name.</param>
public sealed record ShardLayout(Digest ShardSet, long First, int Expected, IReadOnlyList<ShardPass> Passes)
{
    /// <summary>The layout of a shard of a resolved experiment.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The plan has no such shard.</exception>
    public static ShardLayout Of(Experiment resolved, FramePlan plan, int shard)
    {
        var (first, count) = plan.Shard(shard);
        return new(plan.ShardSet, first, count, [.. resolved.Passes
            .OrderBy(pass => pass.Name, StringComparer.Ordinal)
            .Select(pass => new ShardPass(pass.Name!, FramePlan.ChannelsOf(pass), resolved.Render.Height, resolved.Render.Width))]);
    }

    /// <summary>Byte of the shard at which a blob begins: its npy header; the array follows <see cref="Npy.HeaderBytes"/> later.</summary>
    public long BlobOffset(FrameEntry entry, int pass)
    {
        var offset = entry.Offset + Ustar.EntryBytes(entry.RecordBytes) + Ustar.Block;
        for (var before = 0; before < pass; before++)
        {
            offset += Ustar.EntryBytes(Passes[before].BlobBytes);
        }

        return offset;
    }

    /// <summary>Bytes of a whole frame: headers, contents, padding.</summary>
    internal long FrameBytes(int recordBytes) => Ustar.EntryBytes(recordBytes) + Passes.Sum(pass => Ustar.EntryBytes(pass.BlobBytes));

    /// <summary>Why a record is none of this shard's, or nothing.</summary>
    internal string? WhyNot(Record record)
    {
        if (record.Passes.Count != Passes.Count)
        {
            return $"the record has {record.Passes.Count} passes, the shard {Passes.Count}";
        }

        for (var i = 0; i < Passes.Count; i++)
        {
            if (!Passes[i].Fits(record.Passes[i]))
            {
                return $"pass {i} of the record has not the name, size and channels of the shard's pass '{Passes[i].Name}'";
            }
        }

        return null;
    }

    /// <summary>Why these are not the blobs of a frame of this shard, or nothing.</summary>
    internal string? WhyNot(IReadOnlyList<ReadOnlyMemory<byte>> blobs)
    {
        for (var i = 0; i < Passes.Count; i++)
        {
            var pass = Passes[i];
            if (i >= blobs.Count || blobs[i].Length != pass.BlobBytes || !Npy.TryReadHeader(blobs[i].Span, out var shape)
                || shape != (pass.Height, pass.Width, pass.Channels.Count))
            {
                return $"the blob of pass '{pass.Name}' is not the npy form of {pass.Height} x {pass.Width} x {pass.Channels.Count} floats";
            }
        }

        return blobs.Count == Passes.Count ? null : "there are more blobs than passes";
    }
}
