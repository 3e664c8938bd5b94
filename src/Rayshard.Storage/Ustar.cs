using System.Text;

namespace Rayshard.Storage;

/// <summary>
/// The one legal tar header: a regular ustar file, every byte of the 512 decided by name and size. Comparing with a rebuilt header is
/// the whole check, so links, devices, PAX records, sparse files and negative sizes need no code to be refused.
/// </summary>
internal static class Ustar
{
    /// <summary>Headers and contents start at multiples of this.</summary>
    public const int Block = 512;

    /// <summary>Two zero blocks end the archive.</summary>
    public const int TrailerBytes = 2 * Block;

    /// <summary>Eleven octal digits.</summary>
    public const long MaxSize = (1L << 33) - 1;

    /// <summary>Bytes from the end of a content of this size to the next block.</summary>
    public static int Padding(long size) => (int)(-size & (Block - 1));

    /// <summary>A content with its padding.</summary>
    public static long Padded(long size) => size + Padding(size);

    /// <summary>An entry: header, content, padding.</summary>
    public static long EntryBytes(long size) => Block + Padded(size);

    public static byte[] Header(string name, long size)
    {
        var block = new byte[Block];
        Write(block, name, size);
        return block;
    }

    public static void Write(Span<byte> block, string name, long size)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(name.Length, 100);
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, MaxSize);
        block = block[..Block];
        block.Clear();
        Encoding.ASCII.GetBytes(name, block);
        "0000444\0"u8.CopyTo(block[100..]);
        "0000000\0"u8.CopyTo(block[108..]);
        "0000000\0"u8.CopyTo(block[116..]);
        WriteOctal(block[124..135], size);
        "00000000000\0"u8.CopyTo(block[136..]);
        "        0"u8.CopyTo(block[148..]);
        "ustar\u000000"u8.CopyTo(block[257..]);
        "0000000\0"u8.CopyTo(block[329..]);
        "0000000\0"u8.CopyTo(block[337..]);
        var sum = 0;
        foreach (var value in block)
        {
            sum += value;
        }

        WriteOctal(block[148..154], sum);
        block[154] = 0;
    }

    /// <summary>Name and size of a header, if rebuilding it from them gives these bytes.</summary>
    public static bool TryRead(ReadOnlySpan<byte> block, out string name, out long size)
    {
        (name, size) = ("", 0);
        var length = block[..100].IndexOf((byte)0);
        var text = block[..(length < 0 ? 100 : length)];
        if (text.ContainsAnyExceptInRange((byte)'!', (byte)'~'))
        {
            return false;
        }

        foreach (var digit in block[124..135])
        {
            if (digit is < (byte)'0' or > (byte)'7')
            {
                return false;
            }

            size = size * 8 + (digit - '0');
        }

        name = Encoding.ASCII.GetString(text);
        Span<byte> rebuilt = stackalloc byte[Block];
        Write(rebuilt, name, size);
        return block[..Block].SequenceEqual(rebuilt);
    }

    private static void WriteOctal(Span<byte> field, long value)
    {
        for (var i = field.Length - 1; i >= 0; i--)
        {
            field[i] = (byte)('0' + (value & 7));
            value >>= 3;
        }
    }
}
