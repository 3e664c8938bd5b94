using System.Globalization;
using System.Text;
using Rayshard.Storage;

namespace Rayshard.Sharing.Metadata;

/// <summary>
/// A shard's <c>.idx</c> for NVIDIA DALI's <c>readers.webdataset</c>: what its own <c>wds2idx</c> finds by going through the tar, but for the shard's
/// manifest, which is no sample (NVIDIA/DALI: tools/wds2idx.py, version v1.2).
/// </summary>
internal static class DaliIndex
{
    public static void Write(Stream stream, ShardReader shard)
    {
        using var text = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        text.WriteLine($"v1.2 {shard.Frames.Count.ToString(CultureInfo.InvariantCulture)}");
        foreach (var frame in shard.Frames)
        {
            text.Write(string.Create(CultureInfo.InvariantCulture, $"json {frame.Offset + 512} {frame.RecordBytes} {frame.Record}.json"));
            foreach (var (pass, i) in shard.Layout.Passes.Select((pass, i) => (pass, i)))
            {
                text.Write(string.Create(CultureInfo.InvariantCulture, $" {pass.Name}.npy {shard.Layout.BlobOffset(frame, i)} {pass.BlobBytes} {frame.Record}.{pass.Name}.npy"));
            }

            text.WriteLine();
        }
    }
}
