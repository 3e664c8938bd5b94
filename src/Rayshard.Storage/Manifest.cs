using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;
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

    /// <summary>Bytes that a line has at most, but for the first.</summary>
    // With 30 characters of a pass's name and every number as long as it can be, 420.
    public const int MaxLine = 512;

    private const int PieceBytes = 1 << 20;

    /// <summary>Larger than any manifest of a shard that <see cref="FramePlan"/> cuts; a larger one is refused before it is read.</summary>
    public const long MaxBytes = 1L << 30;

    /// <summary>The manifest that stands behind <paramref name="frames"/>, its header's block at <paramref name="offset"/>.</summary>
    public static ReadOnlyMemory<byte> Write(ShardLayout layout, IReadOnlyList<FrameEntry> frames, long offset)
    {
        var whole = new ArrayBufferWriter<byte>();
        foreach (var piece in Pieces(layout, frames, offset))
        {
            whole.Write(piece.Span);
        }

        return whole.WrittenMemory;
    }

    /// <summary>The same piece by piece, for a manifest of a shard of small frames has tens of megabytes. Each is good until the next.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Pieces(ShardLayout layout, IReadOnlyList<FrameEntry> frames, long offset)
    {
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var text = new ArrayBufferWriter<byte>(PieceBytes);
        var shapes = layout.Passes.Select(pass => $"[{pass.Height},{pass.Width},{pass.Channels.Count}]").ToArray();
        Line(text, Head(layout, frames.Count));
        foreach (var entry in frames)
        {
            Lines(text, layout, shapes, entry);
            if (text.WrittenCount > PieceBytes / 2)
            {
                sha256.AppendData(text.WrittenSpan);
                yield return text.WrittenMemory;
                text.ResetWrittenCount();
            }
        }

        sha256.AppendData(text.WrittenSpan);
        Line(text, Foot(frames.Count * (1 + layout.Passes.Count), offset + Ustar.Block, sha256.GetHashAndReset()));
        yield return text.WrittenMemory;
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

    // Straight as UTF-8: nothing else is stored meanwhile.
    private static void Lines(ArrayBufferWriter<byte> text, ShardLayout layout, string[] shapes, FrameEntry entry)
    {
        text.Advance(Utf8.TryWrite(text.GetSpan(MaxLine)[..(MaxLine - 1)], $$"""{"frame":"{{entry.Frame}}","index":{{entry.Index}},"length":{{entry.RecordBytes}},"name":"{{EntryName.OfRecord(entry.Record)}}","offset":{{entry.Offset + Ustar.Block}},"sha256":"{{entry.Record}}","xxh3":"{{entry.RecordXxh3:x16}}"}""", out var length) ? length : throw TooLong());
        text.Write("\n"u8);
        for (var i = 0; i < shapes.Length; i++)
        {
            var (pass, blob) = (layout.Passes[i], entry.Blobs.Span[i]);
            text.Advance(Utf8.TryWrite(text.GetSpan(MaxLine)[..(MaxLine - 1)], $$"""{"dtype":"{{RecordedPass.Dtype}}","length":{{pass.BlobBytes}},"name":"{{EntryName.OfBlob(entry.Record, pass.Name)}}","offset":{{layout.BlobOffset(entry, i)}},"sha256":"{{blob.Address}}","shape":{{shapes[i]}},"xxh3":"{{blob.Xxh3:x16}}"}""", out length) ? length : throw TooLong());
            text.Write("\n"u8);
        }
    }

    private static void Line(ArrayBufferWriter<byte> text, string line)
    {
        text.Write(Encoding.UTF8.GetBytes(line));
        text.Write("\n"u8);
    }

    private static InvalidOperationException TooLong() => new($"a line of the manifest is longer than {MaxLine} bytes");
}
