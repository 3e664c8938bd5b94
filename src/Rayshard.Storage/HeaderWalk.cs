using System.Text;

namespace Rayshard.Storage;

/// <summary>
/// Verifies a shard whose manifest can't be trusted: from header to header, always by SHA-256, and at the end line by line against
/// the manifest that should be there. Where a header is damaged too there is no way to go on, and it says so.
/// </summary>
internal sealed class HeaderWalk(ShardBytes bytes, ShardLayout layout, StoredExperiment? experiment, Action<long, string, FaultKind, string> add)
{
    /// <summary>Verifies and returns the frames that it found.</summary>
    public List<FrameEntry> Run(CancellationToken cancellation)
    {
        var frames = new List<FrameEntry>();
        var check = new FrameVerifier(bytes, layout, experiment, sha256: true, add);
        long offset = 0;
        try
        {
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                if (!Ustar.TryRead(bytes.Read(offset, Ustar.Block), out var name, out var size))
                {
                    add(offset, "", FaultKind.BadHeader, "this is no tar header that a shard may have, and without the manifest nothing behind it can be found");
                    return frames;
                }

                if (name == EntryName.Manifest)
                {
                    CompareManifest(frames, offset, size);
                    return frames;
                }

                if (!EntryName.TryReadRecord(name, out var address) || size > FrameScan.MaxRecordBytes)
                {
                    add(offset, EntryName.Known(name), FaultKind.WrongEntry, "a record or the manifest should stand here");
                    return frames;
                }

                var read = Read(offset, address, (int)size, frames.Count == 0 ? layout.First : frames[^1].Index + 1);
                if (read is not { } frame)
                {
                    return frames;
                }

                check.Run(frame);
                frames.Add(frame);
                offset += layout.FrameBytes(frame.RecordBytes);
            }
        }
        catch (DamagedShardException e)
        {
            add(e.Fault.Offset, e.Fault.Entry, e.Fault.Kind, e.Fault.Reason);
            return frames;
        }
    }

    // What the record says stands in for the manifest's lines.
    private FrameEntry? Read(long offset, Digest address, int size, long from)
    {
        var name = EntryName.OfRecord(address);
        try
        {
            var content = bytes.Read(offset + Ustar.Block, size, name);
            var record = Record.Parse(content);
            if (layout.WhyNot(record) is { } reason)
            {
                add(offset, name, FaultKind.BadRecord, reason);
                return null;
            }

            var entry = new FrameEntry(Find(record.Frame, from), record.Frame, address, offset, size, System.IO.Hashing.XxHash3.HashToUInt64(content), default);
            BlobEntry[] blobs = [.. record.Passes.Select((pass, i) => new BlobEntry(pass.Address, bytes.Hash(layout.BlobOffset(entry, i), layout.Passes[i].BlobBytes, sha256: false).Xxh3))];
            return entry with { Blobs = blobs };
        }
        catch (FormatException e)
        {
            add(offset + Ustar.Block, name, FaultKind.BadRecord, $"{e.Message.Split('\n')[0]}; without it and the manifest nothing behind it can be checked");
            return null;
        }
    }

    // The next of the range where the key fits none: the check of the frame then says that it is not that one.
    private long Find(Digest frame, long from)
    {
        var end = layout.First + layout.Expected;
        for (var index = from; experiment is not null && index < end; index++)
        {
            if (experiment.Plan.At(index).Key == frame)
            {
                return index;
            }
        }

        return Math.Min(from, end - 1);
    }

    private void CompareManifest(List<FrameEntry> frames, long offset, long size)
    {
        var expected = Manifest.Write(layout, frames, offset).Span;
        var end = offset + Ustar.EntryBytes(expected.Length);
        if (size != expected.Length)
        {
            add(offset, EntryName.Manifest, FaultKind.BadManifest, $"the manifest has {size} bytes, but the shard's entries give one of {expected.Length}");
            return;
        }

        var present = bytes.Read(offset + Ustar.Block, expected.Length, EntryName.Manifest);
        var same = present.AsSpan().CommonPrefixLength(expected);
        if (same < expected.Length)
        {
            var line = 1 + expected[..same].Count((byte)'\n');
            var start = 1 + expected[..same].LastIndexOf((byte)'\n');
            var text = Encoding.UTF8.GetString(expected[start..][..expected[start..].IndexOf((byte)'\n')]);
            add(offset + Ustar.Block + same, EntryName.Manifest, FaultKind.BadManifest, $"line {line} should be {text}");
        }

        if (!bytes.IsZero(end - Ustar.Padding(expected.Length), Ustar.Padding(expected.Length)))
        {
            add(end - Ustar.Padding(expected.Length), EntryName.Manifest, FaultKind.BadPadding, "the bytes up to the next block are not zero");
        }

        if (bytes.Length > end + Ustar.TrailerBytes)
        {
            add(end + Ustar.TrailerBytes, "", FaultKind.TrailingData, $"{bytes.Length - end - Ustar.TrailerBytes} bytes follow the end of the shard");
        }
    }
}
