using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace Rayshard.Sharing.Exports;

/// <summary>
/// A PNG of 16 bits per frame and pass, linear (gAMA 1): gray, RGB or RGBA; two channels as RGB with blue 0. Ours, because the Magick.NET of this
/// repository has 8 bits inside.
/// </summary>
internal static class PngFolder
{
    public static void Write(ExportSource source, string folder)
    {
        FrameFiles.WriteTables(source, folder);
        for (var row = 0; row < source.Count; row++)
        {
            using var frame = source.Open(row);
            foreach (var pass in source.Passes)
            {
                var path = Path.Combine(folder, $"{FrameFiles.Name(source, row)}.{pass.Name}.png");
                using var file = File.Create(path);
                Write(file, frame.Floats(pass.Name).Span, pass.Height, pass.Width, pass.Channels.Count);
            }
        }
    }

    private static void Write(FileStream file, ReadOnlySpan<float> floats, int height, int width, int channels)
    {
        var stored = channels == 2 ? 3 : channels;
        var colour = stored switch { 1 => (byte)0, 3 => (byte)2, 4 => (byte)6, _ => throw new RayshardException(ExitCode.AskedWrongly, $"--format=png16: a pass has {channels} channels, and PNG at most 4; leave it out by --passes") };
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
        var head = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(head, width);
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(4), height);
        (head[8], head[9]) = (16, colour);
        Chunk(file, "IHDR"u8, head);
        Chunk(file, "gAMA"u8, [0, 1, 0x86, 0xa0]);
        using var packed = new MemoryStream();
        using (var zip = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var line = new byte[1 + (2 * width * stored)];
            for (var y = 0; y < height; y++)
            {
                for (var x = 0; x < width; x++)
                {
                    for (var c = 0; c < channels; c++)
                    {
                        BinaryPrimitives.WriteUInt16BigEndian(line.AsSpan(1 + (2 * ((x * stored) + c))), Quantise(floats[(((y * width) + x) * channels) + c]));
                    }
                }

                zip.Write(line);
            }
        }

        Chunk(file, "IDAT"u8, packed.GetBuffer().AsSpan(0, (int)packed.Length));
        Chunk(file, "IEND"u8, []);
    }

    private static ushort Quantise(float value) => float.IsNaN(value) ? (ushort)0 : (ushort)Math.Round(Math.Clamp(value, 0.0, 1.0) * 65535, MidpointRounding.ToEven);

    private static void Chunk(FileStream file, ReadOnlySpan<byte> name, ReadOnlySpan<byte> content)
    {
        byte[] bytes = [.. name, .. content];
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        file.Write(number);
        file.Write(bytes);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.HashToUInt32(bytes));
        file.Write(number);
    }
}
