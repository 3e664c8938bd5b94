using System.Security.Cryptography;

namespace Rayshard.Storage;

/// <summary>A frame that a store holds. Whatever it hands out has been checked against its SHA-256 first, so a copy can't spread rot. Not thread-safe.</summary>
public sealed class StoredFrame : IDisposable
{
    private readonly ShardBytes _shard;
    private readonly long[] _offsets;
    private bool _owns;

    private StoredFrame(ShardBytes shard, Record record, long[] offsets)
    {
        _shard = shard;
        _offsets = offsets;
        Record = record;
    }

    /// <summary>The frame's record.</summary>
    public Record Record { get; }

    /// <summary>Bytes of a blob.</summary>
    /// <param name="pass">Place of the pass in the record.</param>
    public int BlobBytes(int pass) => BlobBytes(Record.Passes[pass]);

    /// <summary>Reads a blob whole into the start of <paramref name="destination"/>.</summary>
    /// <param name="pass">Place of the pass in the record.</param>
    /// <param name="destination">At least <see cref="BlobBytes(int)"/> bytes. After an exception its content is worth nothing.</param>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    /// <exception cref="DamagedShardException">The bytes are not those of the blob's address, or can't be read.</exception>
    public void ReadBlob(int pass, Span<byte> destination)
    {
        var recorded = Record.Passes[pass];
        var blob = destination[..BlobBytes(pass)];
        var name = EntryName.OfBlob(Record.Address, recorded.Name);
        _shard.Read(_offsets[pass], blob, name);
        Span<byte> digest = stackalloc byte[Digest.Size];
        SHA256.HashData(blob, digest);
        if (!digest.SequenceEqual(recorded.Address.Bytes))
        {
            throw _shard.Damaged(_offsets[pass], name, FaultKind.DigestMismatch, $"the blob's SHA-256 is {Convert.ToHexStringLower(digest)}, not {recorded.Address}");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_owns)
        {
            _shard.Dispose();
        }
    }

    /// <summary>Reads a frame out of a shard that is opened for it alone.</summary>
    internal static StoredFrame Open(string path, string name, long offset)
    {
        var shard = ShardBytes.Open(path, name);
        try
        {
            return Read(shard, offset, owns: true);
        }
        catch
        {
            shard.Dispose();
            throw;
        }
    }

    internal static StoredFrame Read(ShardBytes shard, long offset, bool owns = false)
    {
        if (!Ustar.TryRead(shard.Read(offset, Ustar.Block), out var name, out var size) || !EntryName.TryReadRecord(name, out var address))
        {
            throw shard.Damaged(offset, "", FaultKind.BadHeader, "no record's tar header stands here");
        }

        if (size > FrameScan.MaxRecordBytes)
        {
            throw shard.Damaged(offset, name, FaultKind.WrongEntry, $"a record of {size} bytes is larger than any");
        }

        var content = shard.Read(offset + Ustar.Block, (int)size, name);
        if (Digest.Of(content) != address)
        {
            throw shard.Damaged(offset + Ustar.Block, name, FaultKind.DigestMismatch, $"the record's SHA-256 is {Digest.Of(content)}");
        }

        try
        {
            var record = Record.Parse(content);
            return new(shard, record, Offsets(record, offset + Ustar.EntryBytes(size))) { _owns = owns };
        }
        catch (FormatException e)
        {
            throw shard.Damaged(offset + Ustar.Block, name, FaultKind.BadRecord, e.Message);
        }
    }

    private static long[] Offsets(Record record, long offset)
    {
        var offsets = new long[record.Passes.Count];
        for (var i = 0; i < offsets.Length; i++)
        {
            offsets[i] = offset + Ustar.Block;
            offset += Ustar.EntryBytes(BlobBytes(record.Passes[i]));
        }

        return offsets;
    }

    // A blob is handed over as one buffer, so it has less than 2 GiB.
    private static int BlobBytes(RecordedPass pass) => pass is { Height: > 0, Width: > 0, Channels.Count: > 0 }
        && Npy.LengthOf(pass.Height, pass.Width, pass.Channels.Count) is <= int.MaxValue and var bytes
            ? (int)bytes
            : throw new FormatException($"pass '{EntryName.Known(pass.Name)}' of the record has a size that can't be");
}
