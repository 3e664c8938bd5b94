using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace Rayshard.Execution;

/// <summary>Draws two renders of a pass and what lies between them, for people.</summary>
internal static class DifferencePicture
{
    private const int PanelGap = 4;

    /// <summary>Writes a PNG: the first render, the second, and their difference scaled to its own greatest, in gray. Top row first, one byte a pixel.</summary>
    public static void Write(string path, ReadOnlySpan<float> first, ReadOnlySpan<float> second, int width, int channels)
    {
        var height = first.Length / width / channels;
        var row = 1 + (3 * width) + (2 * PanelGap);
        var pixels = new byte[row * height];
        var difference = new float[first.Length];
        for (var i = 0; i < difference.Length; i++)
        {
            difference[i] = Math.Abs(first[i] - second[i]);
        }

        Panel(first, Peak(first), pixels.AsSpan(1));
        Panel(second, Peak(first), pixels.AsSpan(1 + width + PanelGap));
        Panel(difference, Peak(difference), pixels.AsSpan(1 + (2 * (width + PanelGap))));

        using var file = File.Create(path);
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, row - 1);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = 8;
        Chunk(file, "IHDR"u8, header);
        using var compressed = new MemoryStream();
        using (var deflate = new ZLibStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            deflate.Write(pixels);
        }

        Chunk(file, "IDAT"u8, compressed.ToArray());
        Chunk(file, "IEND"u8, []);

        void Panel(ReadOnlySpan<float> values, float peak, Span<byte> into)
        {
            for (var pixel = 0; pixel < width * height; pixel++)
            {
                var worst = 0f;
                for (var channel = 0; channel < Math.Min(channels, 3); channel++)
                {
                    worst = Math.Max(worst, Math.Abs(values[(pixel * channels) + channel]));
                }

                // A square root, as the eye: a hundredth of the greatest can still be seen.
                into[(pixel / width * row) + (pixel % width)] = (byte)(peak > 0 ? Math.Clamp(255 * MathF.Sqrt(worst / peak), 0, 255) : 0);
            }
        }
    }

    // 1e10, the depth of nothing, would turn everything else black.
    private static float Peak(ReadOnlySpan<float> values)
    {
        var peak = 0f;
        foreach (var value in values)
        {
            peak = Math.Abs(value) < 1e9f ? Math.Max(peak, Math.Abs(value)) : peak;
        }

        return peak;
    }

    private static void Chunk(Stream file, ReadOnlySpan<byte> kind, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(kind);
        file.Write(data);
        var crc = new Crc32();
        crc.Append(kind);
        crc.Append(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, crc.GetCurrentHashAsUInt32());
        file.Write(number);
    }
}
