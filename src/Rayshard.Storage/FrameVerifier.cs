namespace Rayshard.Storage;

/// <summary>Verifies a frame in its place: every header, the record and what it says, every blob, every byte of padding.</summary>
/// <param name="bytes">The shard.</param>
/// <param name="layout">What the shard is.</param>
/// <param name="experiment">Whose frames; nothing where the experiment is not known.</param>
/// <param name="sha256">By SHA-256, and what the record means too; else by the entry's XXH3 alone.</param>
/// <param name="add">Takes a fault: offset, entry, kind, reason.</param>
internal sealed class FrameVerifier(ShardBytes bytes, ShardLayout layout, StoredExperiment? experiment, bool sha256, Action<long, string, FaultKind, string> add)
{
    public void Run(FrameEntry frame)
    {
        var name = EntryName.OfRecord(frame.Record);
        try
        {
            if (Entry(frame.Offset, name, frame.RecordBytes, frame.Record, frame.RecordXxh3) && sha256)
            {
                CheckRecord(frame, name);
            }

            for (var i = 0; i < frame.Blobs.Length; i++)
            {
                var pass = layout.Passes[i];
                var blob = EntryName.OfBlob(frame.Record, pass.Name);
                var offset = layout.BlobOffset(frame, i);
                CheckArrayHeader(offset, blob, pass);
                Entry(offset - Ustar.Block, blob, pass.BlobBytes, frame.Blobs.Span[i].Address, frame.Blobs.Span[i].Xxh3);
            }
        }
        catch (DamagedShardException e)
        {
            add(e.Fault.Offset, e.Fault.Entry, e.Fault.Kind, e.Fault.Reason);
        }
    }

    private bool Entry(long header, string name, long size, Digest address, ulong xxh3)
    {
        var offset = header + Ustar.Block;
        if (!bytes.Read(header, Ustar.Block).AsSpan().SequenceEqual(Ustar.Header(name, size)))
        {
            add(header, name, FaultKind.BadHeader, "the tar header is not the one that the entry's name and size give");
        }

        if (!bytes.IsZero(offset + size, Ustar.Padding(size)))
        {
            add(offset + size, name, FaultKind.BadPadding, "the bytes up to the next block are not zero");
        }

        var (digest, fast) = bytes.Hash(offset, size, sha256, name);
        if (sha256 && digest != address)
        {
            add(offset, name, FaultKind.DigestMismatch, $"the content's SHA-256 is {digest}, not {address}");
            return false;
        }

        if (fast != xxh3)
        {
            add(offset, name, sha256 ? FaultKind.BadManifest : FaultKind.DigestMismatch, $"the content's XXH3 is {fast:x16}, not {xxh3:x16}{(sha256 ? " as the manifest says, though its SHA-256 is right" : "")}");
            return false;
        }

        return true;
    }

    private void CheckRecord(FrameEntry frame, string name)
    {
        if (frame.RecordBytes > FrameScan.MaxRecordBytes)
        {
            add(frame.Offset, name, FaultKind.BadRecord, $"{frame.RecordBytes} bytes are more than a record may have");
            return;
        }

        try
        {
            if (WhyNot(frame, Record.Parse(bytes.Read(frame.Offset + Ustar.Block, frame.RecordBytes))) is var (kind, reason))
            {
                add(frame.Offset + Ustar.Block, name, kind, reason);
            }
        }
        catch (FormatException e)
        {
            add(frame.Offset + Ustar.Block, name, FaultKind.BadRecord, e.Message.Split('\n')[0]);
        }
    }

    private (FaultKind Kind, string Reason)? WhyNot(FrameEntry frame, Record record)
    {
        if (layout.WhyNot(record) is { } reason)
        {
            return (FaultKind.BadRecord, reason);
        }

        if (record.Frame != frame.Frame || !record.Passes.Select(pass => pass.Address).SequenceEqual(frame.Blobs.ToArray().Select(blob => blob.Address)))
        {
            return (FaultKind.BadManifest, "frame key or addresses of the blobs are not those that the manifest says");
        }

        if (experiment is null)
        {
            return null;
        }

        var planned = experiment.Plan.At(frame.Index);
        return planned.Key != record.Frame ? (FaultKind.WrongFrame, $"the frame is not frame {frame.Index} of the experiment")
            : Record.Of(experiment.Experiment, planned, record.Passes).Address != record.Address ? (FaultKind.BadRecord, $"parameters, seed or draws are not those of frame {frame.Index}")
            : null;
    }

    private void CheckArrayHeader(long offset, string name, ShardPass pass)
    {
        if (!Npy.TryReadHeader(bytes.Read(offset, Npy.HeaderBytes, name), out var shape) || shape != (pass.Height, pass.Width, pass.Channels.Count))
        {
            add(offset, name, FaultKind.BadArrayHeader, $"the npy header is not that of a float32 array of {pass.Height} x {pass.Width} x {pass.Channels.Count}");
        }
    }
}
