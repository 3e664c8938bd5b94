using System.Runtime.InteropServices;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Rayshard.Sharing.Exports;

/// <summary>
/// Zarr version 2 (zarr-specs.readthedocs.io), not compressed: JSON, and files of plain floats. No library of .NET writes it, and this is all there is to it.
/// Axes are named as xarray wants it, and the metadata stands once more in one file, for <c>open_consolidated</c>.
/// </summary>
internal static class ZarrFolder
{
    // A file per frame would be a million files; one file would have to be read whole.
    private const long ChunkBytes = 16 << 20;

    public static void Write(ExportSource source, string path)
    {
        var metadata = new JObject();
        Add(metadata, ".zgroup", Group());
        Add(metadata, ".zattrs", new JObject { ["experiment"] = JObject.Parse(Hdf5File.CanonicalText(source)) });
        foreach (var group in new[] { "passes", "frames", "parameters" })
        {
            Add(metadata, $"{group}/.zgroup", Group());
        }

        foreach (var (group, column) in source.Frames.Select(column => ("frames", column)).Concat(source.Parameters.Select(column => ("parameters", column))))
        {
            int[] shape = column.Components > 0 ? [column.Rows, column.Components] : [column.Rows];
            var name = $"{group}/{column.Name}";
            Add(metadata, $"{name}/.zarray", ArrayJson(shape, shape, column.Dtype, column.Dtype.Contains('U', StringComparison.Ordinal) ? "" : column.Values is bool[] ? false : 0));
            Add(metadata, $"{name}/.zattrs", Axes(column.Components > 0 ? ["frame", column.Name] : ["frame"]));
            Write(Path.Combine(path, name, string.Join('.', shape.Select(_ => 0))), column.ToBytes());
        }

        var perChunk = Array.ConvertAll([.. source.Passes], pass => (int)Math.Clamp(ChunkBytes / (pass.BlobBytes - 128), 1, source.Count));
        for (var place = 0; place < source.Passes.Count; place++)
        {
            var pass = source.Passes[place];
            Add(metadata, $"passes/{pass.Name}/.zarray", ArrayJson([source.Count, pass.Height, pass.Width, pass.Channels.Count], [perChunk[place], pass.Height, pass.Width, pass.Channels.Count], "<f4", 0));
            var axes = Axes(["frame", "y", "x", $"channel_{pass.Name}"]);
            axes["channels"] = new JArray(pass.Channels);
            Add(metadata, $"passes/{pass.Name}/.zattrs", axes);
            Directory.CreateDirectory(Path.Combine(path, "passes", pass.Name));
            for (var row = 0; row < source.Count;)
            {
                using var chunk = File.Create(Path.Combine(path, "passes", pass.Name, $"{row / perChunk[place]}.0.0.0"));
                do
                {
                    using var frame = source.Open(row);
                    chunk.Write(MemoryMarshal.AsBytes(frame.Floats(pass.Name).Span));
                }
                while (++row < source.Count && row % perChunk[place] != 0);

                // Every chunk has one size, the last one too.
                chunk.SetLength(perChunk[place] * (pass.BlobBytes - 128));
            }
        }

        foreach (var (name, json) in metadata)
        {
            Write(Path.Combine(path, name), Bytes(json!));
        }

        Write(Path.Combine(path, ".zmetadata"), Bytes(new JObject { ["metadata"] = metadata, ["zarr_consolidated_format"] = 1 }));
    }

    private static void Add(JObject metadata, string name, JObject json) => metadata[name] = json;

    private static JObject Group() => new() { ["zarr_format"] = 2 };

    private static JObject Axes(string[] names) => new() { ["_ARRAY_DIMENSIONS"] = new JArray(names) };

    private static JObject ArrayJson(int[] shape, int[] chunks, string dtype, JToken fill) => new()
    {
        ["chunks"] = new JArray(chunks),
        ["compressor"] = null,
        ["dtype"] = dtype,
        ["fill_value"] = fill,
        ["filters"] = null,
        ["order"] = "C",
        ["shape"] = new JArray(shape),
        ["zarr_format"] = 2,
    };

    // ASCII: zarr-python 2 takes nothing else.
    private static byte[] Bytes(JToken json) =>
        System.Text.Encoding.ASCII.GetBytes(JsonConvert.SerializeObject(json, Formatting.Indented, new JsonSerializerSettings { StringEscapeHandling = StringEscapeHandling.EscapeNonAscii }) + "\n");

    private static void Write(string path, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
    }
}
