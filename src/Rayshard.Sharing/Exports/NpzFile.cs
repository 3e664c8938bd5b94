using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;

namespace Rayshard.Sharing.Exports;

/// <summary>A zip of <c>.npy</c>, stored: <c>numpy.load(path)["passes/combined"]</c> has frames × height × width × channels.</summary>
internal static class NpzFile
{
    public static void Write(ExportSource source, string path)
    {
        using var archive = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        foreach (var pass in source.Passes)
        {
            using var entry = Entry(archive, $"passes/{pass.Name}", "<f4", [source.Count, pass.Height, pass.Width, pass.Channels.Count]);
            for (var row = 0; row < source.Count; row++)
            {
                using var frame = source.Open(row);
                entry.Write(MemoryMarshal.AsBytes(frame.Floats(pass.Name).Span));
            }
        }

        foreach (var (folder, column) in source.Frames.Select(column => ("frames", column)).Concat(source.Parameters.Select(column => ("parameters", column))))
        {
            using var entry = Entry(archive, $"{folder}/{column.Name}", column.Dtype, column.Components > 0 ? [column.Rows, column.Components] : [column.Rows]);
            entry.Write(column.ToBytes());
        }

        var text = new ExportColumn("experiment", new[] { Hdf5File.CanonicalText(source) });
        using var experiment = Entry(archive, text.Name, text.Dtype, [1]);
        experiment.Write(text.ToBytes());
    }

    private static Stream Entry(ZipArchive archive, string name, string dtype, int[] shape)
    {
        var created = archive.CreateEntry(name + ".npy", CompressionLevel.NoCompression);

        // The same bytes in every run.
        created.LastWriteTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var entry = created.Open();
        var axes = string.Join(", ", shape) + (shape.Length == 1 ? "," : "");
        var header = $"{{'descr': '{dtype}', 'fortran_order': False, 'shape': ({axes}), }}";
        var length = ((10 + header.Length + 1 + 63) / 64 * 64) - 10;
        entry.Write([0x93, .. "NUMPY"u8, 1, 0, (byte)length, (byte)(length >> 8)]);
        entry.Write(Encoding.ASCII.GetBytes(header.PadRight(length - 1) + "\n"));
        return entry;
    }
}
