using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text;

namespace Rayshard.Storage;

/// <summary>
/// A blob's form: the bytes <c>numpy.save</c> writes for a C-ordered <c>&lt;f4</c> array of height × width × channels, format 1.0.
/// A reader accepts exactly these bytes and nothing else that NumPy would also take. Stateless.
/// </summary>
public static class Npy
{
    // np.save pads v1.0 headers to 64 bytes after leaving 21 places for the first axis to grow: 93 to 111 bytes for any three
    // axes below 2^31, so always 128 (numpy/lib/format.py, _write_array_header). Hence arrays in a shard are 64-byte aligned.

    /// <summary>Bytes before the first float.</summary>
    public const int HeaderBytes = 128;

    private static readonly byte[] s_start =
        [0x93, .. "NUMPY"u8, 1, 0, HeaderBytes - 10, 0, .. "{'descr': '<f4', 'fortran_order': False, 'shape': ("u8];

    /// <summary>Bytes of the whole blob of an array.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An axis is below 1.</exception>
    /// <exception cref="OverflowException">The array has more bytes than 63 bits count.</exception>
    public static long LengthOf(int height, int width, int channels)
    {
        ThrowIfNoShape(height, width, channels);
        return HeaderBytes + sizeof(float) * (long)height * width * channels;
    }

    /// <summary>Writes the <see cref="HeaderBytes"/> bytes before the floats into the start of <paramref name="destination"/>.</summary>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An axis is below 1.</exception>
    public static void WriteHeader(Span<byte> destination, int height, int width, int channels)
    {
        ThrowIfNoShape(height, width, channels);
        var header = destination[..HeaderBytes];
        header.Fill((byte)' ');
        s_start.CopyTo(header);
        Encoding.ASCII.GetBytes($"{height}, {width}, {channels}), }}", header[s_start.Length..]);
        header[^1] = (byte)'\n';
    }

    /// <summary>Reads the shape out of a blob's first bytes, if they are exactly what <see cref="WriteHeader"/> writes for it.</summary>
    public static bool TryReadHeader(ReadOnlySpan<byte> blob, out (int Height, int Width, int Channels) shape)
    {
        shape = default;
        if (blob.Length < HeaderBytes || !blob.StartsWith(s_start)
            || !TryReadAxis(blob[s_start.Length..], out shape.Height, out var at)
            || !TryReadAxis(blob[(s_start.Length + at + 2)..], out shape.Width, out var next)
            || !TryReadAxis(blob[(s_start.Length + at + next + 4)..], out shape.Channels, out _))
        {
            shape = default;
            return false;
        }

        Span<byte> rebuilt = stackalloc byte[HeaderBytes];
        WriteHeader(rebuilt, shape.Height, shape.Width, shape.Channels);
        if (blob.StartsWith(rebuilt))
        {
            return true;
        }

        shape = default;
        return false;
    }

    /// <summary>The floats of a whole blob, in place: row by row from the top, pixel by pixel.</summary>
    /// <exception cref="FormatException">The bytes are no blob.</exception>
    public static ReadOnlySpan<float> Pixels(ReadOnlySpan<byte> blob) =>
        TryReadHeader(blob, out var shape) && LengthOf(shape.Height, shape.Width, shape.Channels) == blob.Length
            ? MemoryMarshal.Cast<byte, float>(blob[HeaderBytes..])
            : throw new FormatException("the bytes are not what np.save writes for a float32 array of three axes");

    // Ten digits at most: 2^31 has no more, and a longer run of digits never rebuilds to the same bytes.
    private static bool TryReadAxis(ReadOnlySpan<byte> text, out int axis, out int length) =>
        Utf8Parser.TryParse(text[..10], out axis, out length) && axis >= 1;

    private static void ThrowIfNoShape(int height, int width, int channels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
    }
}
