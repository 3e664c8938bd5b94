using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Rayshard;

/// <summary>Canonical JSON written straight as UTF-8, for what is written once a frame: byte for byte what <see cref="CanonicalJson"/> gives, without its tree.</summary>
public static class CanonicalWriter
{
    // Longer than any double, any 64-bit integer.
    private const int NumberBytes = 32;

    private static readonly SearchValues<char> s_escaped = SearchValues.Create([.. Enumerable.Range(0, ' ').Select(i => (char)i), '"', '\\', .. Enumerable.Range(0xd800, 0x800).Select(i => (char)i)]);

    /// <summary>Writes a string, in quotes.</summary>
    /// <exception cref="FormatException">A lone surrogate has no UTF-8 form.</exception>
    public static void WriteText(this ArrayBufferWriter<byte> to, string text)
    {
        if (text.AsSpan().ContainsAny(s_escaped))
        {
            to.Write(CanonicalJson.Bytes(text));
            return;
        }

        to.Write("\""u8);
        to.Advance(Encoding.UTF8.GetBytes(text, to.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length))));
        to.Write("\""u8);
    }

    /// <summary>Writes an integer.</summary>
    public static void WriteNumber(this ArrayBufferWriter<byte> to, long number)
    {
        Utf8Formatter.TryFormat(number, to.GetSpan(NumberBytes), out var written);
        to.Advance(written);
    }

    /// <summary>Writes a double.</summary>
    /// <exception cref="FormatException">NaN or infinity.</exception>
    public static void WriteNumber(this ArrayBufferWriter<byte> to, double number)
    {
        var span = to.GetSpan(NumberBytes);

        // Between these .NET's shortest digits are Python's, but for the point that Python gives a whole number.
        if (Math.Abs(number) is < 1e-4 or >= 1e15 or double.NaN || !number.TryFormat(span, out var written, "R", CultureInfo.InvariantCulture))
        {
            to.Write(Encoding.UTF8.GetBytes(CanonicalJson.Number(number)));
            return;
        }

        var isWhole = !span[..written].Contains((byte)'.');
        to.Advance(written);
        if (isWhole)
        {
            to.Write(".0"u8);
        }
    }

    /// <summary>Writes a digest as a string.</summary>
    public static void WriteDigest(this ArrayBufferWriter<byte> to, Digest digest)
    {
        to.Write("\""u8);
        Convert.TryToHexStringLower(digest.Bytes, to.GetSpan(2 * Digest.Size), out var written);
        to.Advance(written);
        to.Write("\""u8);
    }
}
