using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Rayshard.Inspection;

/// <summary>Any <c>.npy</c> of real numbers, of two axes (height, width) or three (and channels), read in pieces as float32.</summary>
internal sealed partial class NpyFile : IDisposable
{
    private static readonly Dictionary<string, (string Name, int Bytes)> s_dtypes = new()
    {
        ["<f4"] = ("float32", 4), ["<f8"] = ("float64", 8), ["<f2"] = ("float16", 2), ["|u1"] = ("uint8", 1), ["<u2"] = ("uint16", 2),
    };

    private readonly FileStream _stream;
    private readonly int _bytes;
    private byte[] _buffer = [];
    private long _left;

    private NpyFile(FileStream stream, string dtype, int bytes, int[] shape)
    {
        (_stream, Dtype, _bytes) = (stream, dtype, bytes);
        (Height, Width, Channels) = (shape[0], shape[1], shape.Length > 2 ? shape[2] : 1);
        _left = (long)Height * Width * Channels * bytes;
    }

    /// <summary>The number format, by NumPy's name.</summary>
    public string Dtype { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Pixels in a row.</summary>
    public int Width { get; }

    /// <summary>Channels.</summary>
    public int Channels { get; }

    /// <summary>Names of channels that nothing names.</summary>
    public static IReadOnlyList<string> Labels(int channels) =>
        channels is 3 or 4 ? ["R", "G", "B", .. (channels == 4 ? ["A"] : Array.Empty<string>())] : [.. Enumerable.Range(0, channels).Select(i => i.ToString(CultureInfo.InvariantCulture))];

    /// <summary>Opens one and reads its header.</summary>
    /// <exception cref="RayshardException">It is none that can be read; says why.</exception>
    public static NpyFile Open(string path)
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        try
        {
            var header = Header(stream) ?? throw Wrong(path, "it does not begin as numpy.save begins a file");
            var match = Form().Match(header);
            var shape = match.Groups[3].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(axis => int.TryParse(axis, CultureInfo.InvariantCulture, out var length) ? length : -1).ToArray();
            return !match.Success ? throw Wrong(path, $"its header is {header.Trim()}")
                : !s_dtypes.TryGetValue(match.Groups[1].Value, out var dtype) ? throw Wrong(path, $"its dtype is {match.Groups[1].Value}; {string.Join(", ", s_dtypes.Values.Select(known => known.Name))} can be read")
                : match.Groups[2].Value == "True" ? throw Wrong(path, "it is in Fortran order: save numpy.ascontiguousarray(array)")
                : shape.Length is < 2 or > 3 || shape.Any(axis => axis < 1) || (shape.Length == 3 && shape[2] > 64) ? throw Wrong(path, $"its shape is ({match.Groups[3].Value}), and not height, width, channels")
                : new(stream, dtype.Name, dtype.Bytes, shape);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Reads the next floats; the buffer holds whole pixels.</summary>
    /// <returns>How many came; 0 at the end.</returns>
    /// <exception cref="RayshardException">The file is shorter than its header says.</exception>
    public int Read(float[] floats)
    {
        Array.Resize(ref _buffer, floats.Length * _bytes);
        var wanted = (int)Math.Min(_buffer.Length, _left);
        var read = _stream.ReadAtLeast(_buffer.AsSpan(0, wanted), wanted, throwOnEndOfStream: false);
        _left -= read;
        if (read < wanted)
        {
            throw Wrong(_stream.Name, $"it was cut: {_left} bytes are missing");
        }

        Convert(_buffer.AsSpan(0, read), floats);
        return read / _bytes;
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private void Convert(Span<byte> bytes, Span<float> floats)
    {
        switch (Dtype)
        {
            case "float32": MemoryMarshal.Cast<byte, float>(bytes).CopyTo(floats); break;
            case "float64": Each(MemoryMarshal.Cast<byte, double>(bytes), floats, value => (float)value); break;
            case "float16": Each(MemoryMarshal.Cast<byte, Half>(bytes), floats, value => (float)value); break;
            case "uint16": Each(MemoryMarshal.Cast<byte, ushort>(bytes), floats, value => value); break;
            default: Each(bytes, floats, value => value); break;
        }
    }

    private static void Each<T>(ReadOnlySpan<T> from, Span<float> to, Func<T, float> convert)
    {
        for (var i = 0; i < from.Length; i++)
        {
            to[i] = convert(from[i]);
        }
    }

    private static string? Header(FileStream stream)
    {
        Span<byte> start = stackalloc byte[12];
        if (stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) < start.Length || !start.StartsWith((byte[])[0x93, .. "NUMPY"u8]))
        {
            return null;
        }

        // Format 1 has a length of two bytes, 2 and 3 of four.
        var (length, at) = start[6] == 1 ? (BitConverter.ToUInt16(start[8..]), 10) : ((int)Math.Min(BitConverter.ToUInt32(start[8..]), ushort.MaxValue), 12);
        stream.Position = at;
        var text = new byte[length];
        return stream.ReadAtLeast(text, length, throwOnEndOfStream: false) == length ? Encoding.Latin1.GetString(text) : null;
    }

    private static RayshardException Wrong(string path, string reason) => new(ExitCode.AskedWrongly, $"--file={path}: no .npy that can be inspected: {reason}");

    [GeneratedRegex(@"^\{'descr': '([^']+)', 'fortran_order': (True|False), 'shape': \(([0-9, ]*)\), \}\s*$")]
    private static partial Regex Form();
}
