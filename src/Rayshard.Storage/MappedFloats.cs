using System.Buffers;

namespace Rayshard.Storage;

/// <summary>Bytes of a mapping as memory of floats. Refuses when the frame is disposed.</summary>
internal sealed unsafe class MappedFloats(MappedLease lease, long offset, int length) : MemoryManager<float>
{
    public override Span<float> GetSpan() => new(lease.At(offset), length);

    // A mapping does not move.
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)length);
        return new((float*)lease.At(offset) + elementIndex, pinnable: this);
    }

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}

/// <summary>Bytes of a mapping; lives no longer than the lease.</summary>
internal readonly unsafe ref struct MappedBytes(byte* start, int length)
{
    public ReadOnlySpan<byte> Span { get; } = new(start, length);
}
