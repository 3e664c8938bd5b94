using System.Runtime.InteropServices;
using System.Text;

namespace Rayshard.Sharing.Exports;

/// <summary>
/// A file per frame with every pass in it, channel by channel (<c>combined.R</c>), as OpenEXR's plainest form: scan lines of float32, not compressed
/// (openexr.com, "OpenEXR File Layout"). Ours, because Magick.NET writes half floats, and Blender only pictures of four channels.
/// </summary>
internal static class ExrFolder
{
    private const int Float = 2;

    public static void Write(ExportSource source, string folder)
    {
        FrameFiles.WriteTables(source, folder);

        // The file has channels in the order of their names.
        var channels = source.Passes.SelectMany((pass, place) => pass.Channels.Select((channel, c) => (Name: $"{pass.Name}.{channel}", Pass: pass, Place: place, Channel: c)))
            .OrderBy(channel => channel.Name, StringComparer.Ordinal).ToArray();
        var (height, width) = (source.Passes[0].Height, source.Passes[0].Width);
        for (var row = 0; row < source.Count; row++)
        {
            using var frame = source.Open(row);
            var file = new MemoryStream();
            WriteHeader(file, source, row, [.. channels.Select(channel => channel.Name)], height, width);
            var lineBytes = 8 + (4L * width * channels.Length);
            var first = file.Position + (8L * height);
            using var writer = new BinaryWriter(file);
            for (var y = 0; y < height; y++)
            {
                writer.Write(first + (y * lineBytes));
            }

            var line = new float[width * channels.Length];
            for (var y = 0; y < height; y++)
            {
                writer.Write(y);
                writer.Write(4 * line.Length);
                for (var i = 0; i < channels.Length; i++)
                {
                    var (pass, channel, to) = (channels[i].Pass, channels[i].Channel, i * width);
                    var from = frame.Floats(pass.Name).Span.Slice(y * width * pass.Channels.Count, width * pass.Channels.Count);
                    for (var x = 0; x < width; x++)
                    {
                        line[to + x] = from[(x * pass.Channels.Count) + channel];
                    }
                }

                writer.Write(MemoryMarshal.AsBytes<float>(line));
            }

            File.WriteAllBytes(Path.Combine(folder, FrameFiles.Name(source, row) + ".exr"), file.GetBuffer().AsSpan(0, (int)file.Length));
        }
    }

    private static void WriteHeader(MemoryStream file, ExportSource source, int row, string[] channels, int height, int width)
    {
        // Version 2, and that names have more than 31 letters.
        file.Write([0x76, 0x2f, 0x31, 0x01, 2, 4, 0, 0]);
        byte[] window = [.. Bytes(0), .. Bytes(0), .. Bytes(width - 1), .. Bytes(height - 1)];
        Attribute(file, "channels", "chlist", [.. channels.SelectMany(name => (byte[])[.. Text(name), .. Bytes(Float), 0, 0, 0, 0, .. Bytes(1), .. Bytes(1)]), 0]);
        Attribute(file, "compression", "compression", [0]);
        Attribute(file, "dataWindow", "box2i", window);
        Attribute(file, "displayWindow", "box2i", window);
        Attribute(file, "lineOrder", "lineOrder", [0]);
        Attribute(file, "pixelAspectRatio", "float", BitConverter.GetBytes(1f));
        Attribute(file, "screenWindowCenter", "v2f", new byte[8]);
        Attribute(file, "screenWindowWidth", "float", BitConverter.GetBytes(1f));
        foreach (var (prefix, column) in source.Frames.Select(column => ("rayshard.", column)).Concat(source.Parameters.Select(column => ("parameter.", column))))
        {
            foreach (var (name, cell) in column.Names.Zip(column.Cells(row)))
            {
                var isNumber = column.Values is double[];
                Attribute(file, prefix + name, isNumber ? "double" : "string", isNumber ? BitConverter.GetBytes(double.Parse(cell, System.Globalization.CultureInfo.InvariantCulture)) : Encoding.UTF8.GetBytes(column.Values is string[] texts ? texts[row] : cell));
            }
        }

        file.WriteByte(0);
    }

    private static void Attribute(MemoryStream file, string name, string type, byte[] value)
    {
        file.Write(Text(name));
        file.Write(Text(type));
        file.Write(Bytes(value.Length));
        file.Write(value);
    }

    private static byte[] Text(string text) => [.. Encoding.UTF8.GetBytes(text), 0];

    private static byte[] Bytes(int number) => BitConverter.GetBytes(number);
}
