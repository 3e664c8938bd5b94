using System.Runtime.InteropServices;
using PureHDF;
using PureHDF.Selections;

namespace Rayshard.Sharing.Exports;

/// <summary>Groups <c>passes</c> (frames × height × width × channels), <c>frames</c> and <c>parameters</c>, by PureHDF, but for the floats themselves.</summary>
internal static class Hdf5File
{
    public static void Write(ExportSource source, string path)
    {
        var datasets = source.Passes.Select(pass => new H5Dataset<float[]>(fileDims: [(ulong)source.Count, (ulong)pass.Height, (ulong)pass.Width, (ulong)pass.Channels.Count])).ToList();
        var passes = new H5Group();
        for (var pass = 0; pass < datasets.Count; pass++)
        {
            datasets[pass].Attributes["channels"] = source.Passes[pass].Channels.ToArray();
            passes[source.Passes[pass].Name] = datasets[pass];
        }

        var file = new H5File { ["passes"] = passes, ["frames"] = Group(source.Frames), ["parameters"] = Group(source.Parameters) };

        // No attribute: those end at 64 KiB.
        file["experiment"] = new[] { CanonicalText(source) };
        using var stream = File.Create(path);
        using var writer = file.BeginWrite(stream);

        // PureHDF writes four dimensions a pixel at a time, each after a seek, at 25 MB/s. So it writes one float of each pass, which says where it has put the pass, and the frames go there as they are.
        var places = datasets.ConvertAll(dataset =>
        {
            writer.Write(dataset, new float[1], fileSelection: new HyperslabSelection(4, starts: [0, 0, 0, 0], blocks: [1, 1, 1, 1]));
            return stream.Position - sizeof(float);
        });
        for (var row = 0; row < source.Count; row++)
        {
            using var frame = source.Open(row);
            for (var pass = 0; pass < places.Count; pass++)
            {
                var bytes = MemoryMarshal.AsBytes(frame.Floats(source.Passes[pass].Name).Span);
                stream.Position = places[pass] + ((long)row * bytes.Length);
                stream.Write(bytes);
            }
        }
    }

    internal static string CanonicalText(ExportSource source) => System.Text.Encoding.UTF8.GetString(ExperimentFile.Write(source.Experiment)).TrimEnd('\n');

    private static H5Group Group(IEnumerable<ExportColumn> columns)
    {
        var group = new H5Group();
        foreach (var column in columns)
        {
            // HDF5 has no booleans.
            group[column.Name] = column.Values switch
            {
                double[] numbers when column.Components > 0 => new H5Dataset(numbers, fileDims: [(ulong)column.Rows, (ulong)column.Components]),
                bool[] booleans => Array.ConvertAll(booleans, value => value ? (byte)1 : (byte)0),
                var values => values,
            };
        }

        return group;
    }
}
