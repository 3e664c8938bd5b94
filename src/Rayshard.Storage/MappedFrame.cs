using System.IO.Hashing;

namespace Rayshard.Storage;

/// <summary>
/// A frame in a mapped shard. Its arrays live until it is disposed: a span that is used later reads what is no longer mapped. Arrays are as they stand in the
/// file, unchecked, until <see cref="Check"/> is asked. Thread-safe, but for <see cref="Dispose"/>.
/// </summary>
public sealed class MappedFrame : IDisposable
{
    private readonly MappedLease _lease;
    private readonly int _place;

    internal MappedFrame(MappedLease lease, int place)
    {
        _lease = lease;
        _place = place;
    }

    /// <summary>Its place in the experiment, from 0.</summary>
    public long Index => _lease.Shard.IndexOf(_place);

    /// <summary>Reads the record: key, parameters, addresses. It is checked against its address.</summary>
    /// <exception cref="DamagedShardException">It is damaged.</exception>
    public Record ReadRecord()
    {
        var shard = _lease.Shard;
        var bytes = _lease.Bytes(shard.RecordOffset(_place), shard.RecordBytes(_place)).Span;
        try
        {
            var record = Record.Parse(bytes);
            return record.Address == shard.RecordAddress(_place) ? record : throw new FormatException($"the record's SHA-256 is {record.Address}, not the manifest's");
        }
        catch (FormatException e)
        {
            throw shard.Damaged(shard.RecordOffset(_place), FaultKind.BadRecord, e.Message);
        }
    }

    /// <summary>The floats of a pass, in place: height × width × channels, top row first, pixel by pixel.</summary>
    /// <param name="pass">Place of the pass in <see cref="MappedFrames.Passes"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such pass.</exception>
    public ReadOnlyMemory<float> Floats(int pass)
    {
        var (offset, bytes) = _lease.Shard.Blob(_place, pass);
        return new MappedFloats(_lease, offset + Npy.HeaderBytes, (int)((bytes - Npy.HeaderBytes) / sizeof(float))).Memory;
    }

    /// <summary>The floats of a pass by its name.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such pass.</exception>
    public ReadOnlyMemory<float> Floats(string pass) => Floats(_lease.Shard.PassOf(pass));

    /// <summary>Holds record and arrays against the manifest's XXH3: at the speed of memory, against rot and mistakes.</summary>
    /// <exception cref="DamagedShardException">They differ.</exception>
    public void Check()
    {
        var shard = _lease.Shard;
        var record = _lease.Bytes(shard.RecordOffset(_place), shard.RecordBytes(_place));
        Expect(XxHash3.HashToUInt64(record.Span) == shard.RecordXxh3(_place), shard.RecordOffset(_place), "the record's XXH3 is not the manifest's");
        for (var pass = 0; pass < shard.Passes.Count; pass++)
        {
            var (offset, bytes) = shard.Blob(_place, pass);
            Expect(XxHash3.HashToUInt64(_lease.Bytes(offset, bytes).Span) == shard.BlobXxh3(_place, pass), offset, $"the XXH3 of pass '{shard.Passes[pass].Name}' is not the manifest's");
        }
    }

    /// <summary>Holds record and arrays against their addresses: their SHA-256, which nobody can forge. Some 0.5 ms a MiB.</summary>
    /// <exception cref="DamagedShardException">They differ.</exception>
    public void CheckAddresses()
    {
        var (shard, record) = (_lease.Shard, ReadRecord());
        for (var pass = 0; pass < shard.Passes.Count; pass++)
        {
            var (offset, bytes) = shard.Blob(_place, pass);
            Expect(Digest.Of(_lease.Bytes(offset, bytes).Span) == record.Passes[pass].Address, offset, $"the SHA-256 of pass '{shard.Passes[pass].Name}' is not its address");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _lease.Dispose();

    private void Expect(bool holds, long offset, string reason)
    {
        if (!holds)
        {
            throw _lease.Shard.Damaged(offset, FaultKind.DigestMismatch, reason);
        }
    }
}
