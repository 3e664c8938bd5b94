using System.Security.Cryptography;
using System.Text;
using Newtonsoft.Json.Linq;

namespace Rayshard.Storage;

/// <summary>
/// A shard's last entry: JSON Lines in canonical form. The first line says what shard this is, one line per entry follows, and the last
/// line says where the first begins and what the SHA-256 of all before it is, so that a shard is opened from its end.
/// </summary>
internal static class Manifest
{
    /// <summary>Version of the shard's format.</summary>
    public const int Version = 1;

    /// <summary>Larger than any manifest of a shard that <see cref="FramePlan"/> cuts; a larger one is refused before it is read.</summary>
    public const long MaxBytes = 1L << 30;

    /// <summary>The manifest that stands behind <paramref name="frames"/>, its header's block at <paramref name="offset"/>.</summary>
    public static byte[] Write(ShardLayout layout, IReadOnlyList<FrameEntry> frames, long offset)
    {
        var text = new MemoryStream();
        Line(text, Head(layout, frames.Count));
        foreach (var entry in frames)
        {
            Line(text, $$"""{"frame":"{{entry.Frame}}","index":{{entry.Index}},"length":{{entry.RecordBytes}},"name":"{{EntryName.OfRecord(entry.Record)}}","offset":{{entry.Offset + Ustar.Block}},"sha256":"{{entry.Record}}","xxh3":"{{entry.RecordXxh3:x16}}"}""");
            for (var i = 0; i < layout.Passes.Count; i++)
            {
                var pass = layout.Passes[i];
                var blob = entry.Blobs[i];
                Line(text, $$"""{"dtype":"{{RecordedPass.Dtype}}","length":{{pass.BlobBytes}},"name":"{{EntryName.OfBlob(entry.Record, pass.Name)}}","offset":{{layout.BlobOffset(entry, i)}},"sha256":"{{blob.Address}}","shape":{{Shape(pass)}},"xxh3":"{{blob.Xxh3:x16}}"}""");
            }
        }

        Line(text, Foot(frames.Count * (1 + layout.Passes.Count), offset + Ustar.Block, SHA256.HashData(text.GetBuffer().AsSpan(0, (int)text.Length))));
        return text.ToArray();
    }

    /// <summary>The last line, without its line feed: entries, where the first line begins, SHA-256 of the lines before.</summary>
    public static string Foot(int entries, long offset, ReadOnlySpan<byte> digest) =>
        $$"""{"entries":{{entries}},"manifest":{{offset}},"sha256":"{{Convert.ToHexStringLower(digest)}}"}""";

    /// <summary>The first line, without its line feed.</summary>
    public static string Head(ShardLayout layout, int held) => CanonicalJson.Text(new JObject
    {
        ["expected"] = layout.Expected,
        ["first"] = layout.First,
        ["held"] = held,
        ["passes"] = new JArray(layout.Passes.Select(pass => new JObject
        {
            ["channels"] = new JArray(pass.Channels),
            ["dtype"] = RecordedPass.Dtype,
            ["name"] = pass.Name,
            ["shape"] = new JArray(pass.Height, pass.Width, pass.Channels.Count),
        })),
        ["rayshard"] = Version,
        ["shard_set"] = layout.ShardSet.ToString(),
    });

    private static string Shape(ShardPass pass) => $"[{pass.Height},{pass.Width},{pass.Channels.Count}]";

    private static void Line(MemoryStream text, string line)
    {
        text.Write(Encoding.UTF8.GetBytes(line));
        text.WriteByte((byte)'\n');
    }

}
