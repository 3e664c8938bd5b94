using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Rayshard.Storage;

/// <summary>
/// Reads a manifest's bytes, strictly: a line that is not exactly what <see cref="Manifest.Write"/> would write for what it says is a
/// <see cref="FormatException"/>, which names the line.
/// </summary>
internal ref struct ManifestReader
{
    // A frame of the smallest picture has a record and a blob; no more passes than this fit the name table of an experiment.
    private const int MaxPasses = 1024;

    /// <summary>Bytes that the first line has at most.</summary>
    public const int MaxHead = 1 << 20;

    // The first line fits in, and a manifest of a shard of small frames, which has tens of megabytes, passes through.
    private const int BufferBytes = 2 * MaxHead;

    private readonly ShardBytes? _shard;
    private readonly IncrementalHash? _sha256;
    private readonly Span<byte> _buffer;
    private readonly long _start;
    private readonly long _end;

    // Bytes of the shard: what stands in the buffer ends before the first, and of that the rest is not read yet.
    private long _next;
    private ReadOnlySpan<byte> _rest;
    private int _filled;
    private int _line;

    // A single line.
    private ManifestReader(ReadOnlySpan<byte> line) => _rest = line;

    private ManifestReader(ShardBytes shard, long start, int length, byte[] buffer, IncrementalHash sha256)
    {
        _buffer = buffer;
        (_shard, _sha256) = (shard, sha256);
        (_start, _next, _end) = (start, start, start + length);
    }

    /// <summary>Reads a whole manifest of so many bytes, whose first line stands at byte <paramref name="start"/> of the shard, piece by piece.</summary>
    /// <exception cref="FormatException">The bytes are no manifest, or not one that can stand there.</exception>
    /// <exception cref="DamagedShardException">The disk does not give them.</exception>
    public static (ShardLayout Layout, FrameEntry[] Frames) Read(ShardBytes shard, long start, int length)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        try
        {
            return new ManifestReader(shard, start, length, buffer, sha256).Whole();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Reads the first line alone, of a manifest's first bytes.</summary>
    /// <exception cref="FormatException">They begin no manifest.</exception>
    public static ShardLayout ReadHead(ReadOnlySpan<byte> text) => new ManifestReader(text).Head(isWhole: false).Layout;

    /// <summary>Reads the last line alone: entries, where the manifest's first line begins, SHA-256 of the lines before.</summary>
    public static bool TryReadFoot(ReadOnlySpan<byte> line, out (int Entries, long Start, Digest Digest) foot)
    {
        foot = default;
        var reader = new ManifestReader(line);
        try
        {
            foot = (reader.Integer("{\"entries\":"), reader.Number(",\"manifest\":"), reader.Address(",\"sha256\":\""));
            reader.Expect("\"}");
            return reader._rest.IsEmpty;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private (ShardLayout Layout, FrameEntry[] Frames) Whole()
    {
        var (layout, held) = Head();
        var (frames, blobs) = (new FrameEntry[held], new BlobEntry[held * layout.Passes.Count]);
        long offset = 0, index = layout.First - 1;
        for (var i = 0; i < held; i++)
        {
            var frame = Frame(layout, offset, blobs.AsMemory(i * layout.Passes.Count, layout.Passes.Count));
            if (frame.Index <= index || frame.Index >= layout.First + layout.Expected)
            {
                throw Wrong("its frame is not in the shard's range, or not in order");
            }

            (frames[i], index) = (frame, frame.Index);
            offset += layout.FrameBytes(frame.RecordBytes);
        }

        if (offset + Ustar.Block != _start)
        {
            throw Wrong("the manifest does not stand where its entries end");
        }

        Foot(held * (1 + layout.Passes.Count));
        return (layout, frames);
    }

    private (ShardLayout Layout, int Held) Head(bool isWhole = true)
    {
        NextLine();
        var end = _rest.IndexOf((byte)'\n');
        if (end is < 0 or > MaxHead)
        {
            throw Wrong("the first line has no end");
        }

        var bytes = _rest[..end];
        _rest = _rest[(end + 1)..];
        try
        {
            var text = new UTF8Encoding(false, true).GetString(bytes);
            using var reader = new JsonTextReader(new StringReader(text)) { MaxDepth = 8, DateParseHandling = DateParseHandling.None };
            var json = JObject.Load(reader);
            if (json.Value<int>("rayshard") != Manifest.Version)
            {
                throw Wrong($"format version {json.Value<int>("rayshard")} is not {Manifest.Version}, the one that this Rayshard reads");
            }

            var layout = new ShardLayout(Digest.Parse(json.Value<string>("shard_set")), json.Value<long>("first"), json.Value<int>("expected"), [.. json["passes"]!.Select(Pass)]);
            var held = json.Value<int>("held");
            var plausible = layout.First >= 0 && layout.Expected >= 1 && held >= 0 && held <= layout.Expected && layout.Passes.Count is >= 1 and <= MaxPasses;
            return plausible && (!isWhole || held * (1L + layout.Passes.Count) <= (_rest.Length + _end - _next) / 128) && Manifest.Head(layout, held) == text ? (layout, held) : throw Wrong("the first line says what can't be");
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidCastException or NullReferenceException or OverflowException)
        {
            throw Wrong($"the first line is no JSON of its form: {e.GetType().Name}");
        }
    }

    private static ShardPass Pass(JToken json)
    {
        var name = json.Value<string>("name")!;
        var shape = json["shape"]!.Select(axis => axis.Value<int>()).ToArray();
        var pass = new ShardPass(name, [.. json["channels"]!.Select(channel => channel.Value<string>()!)], shape[0], shape[1]);
        return EntryName.IsPass(name) && pass.BlobBytes <= Ustar.MaxSize ? pass : throw new FormatException("the first line names a pass that can't be");
    }

    private FrameEntry Frame(ShardLayout layout, long offset, Memory<BlobEntry> blobs)
    {
        NextLine();
        var frame = Address("{\"frame\":\"");
        var index = Number("\",\"index\":");
        var length = Integer(",\"length\":");
        var record = Address(",\"name\":\"");
        Expect(".json\",\"offset\":");
        ExpectNumber(offset + Ustar.Block);
        ExpectAddress(",\"sha256\":\"", record);
        var entry = new FrameEntry(index, frame, record, offset, length, Xxh3(), blobs);
        for (var i = 0; i < blobs.Length; i++)
        {
            blobs.Span[i] = Blob(layout.Passes[i], record, layout.BlobOffset(entry, i));
        }

        return entry;
    }

    private BlobEntry Blob(ShardPass pass, Digest record, long offset)
    {
        NextLine();
        Expect("{\"dtype\":\"<f4\",\"length\":");
        ExpectNumber(pass.BlobBytes);
        ExpectAddress(",\"name\":\"", record);
        Expect(".");
        Expect(pass.Name);
        Expect(".npy\",\"offset\":");
        ExpectNumber(offset);
        var address = Address(",\"sha256\":\"");
        Expect($"\",\"shape\":[{pass.Height},{pass.Width},{pass.Channels.Count}]");
        return new(address, Xxh3(first: false));
    }

    private void Foot(int entries)
    {
        NextLine();
        HashRead();
        Expect(Manifest.Foot(entries, _start, _sha256!.GetHashAndReset()));
        Expect("\n");
        if (!_rest.IsEmpty)
        {
            throw Wrong("lines follow the last");
        }
    }

    private void NextLine()
    {
        _line++;
        if (_rest.Length >= Manifest.MaxLine || _next == _end)
        {
            return;
        }

        HashRead();
        var kept = _rest.Length;
        _rest.CopyTo(_buffer);
        var read = (int)Math.Min(_end - _next, BufferBytes - kept);
        _shard!.Read(_next, _buffer.Slice(kept, read), EntryName.Manifest);
        _next += read;
        _filled = kept + read;
        _rest = _buffer[.._filled];
    }

    // What the lines that were read since the last time consist of.
    private readonly void HashRead() => _sha256!.AppendData(_buffer[..(_filled - _rest.Length)]);

    private ulong Xxh3(bool first = true)
    {
        Expect(first ? "\",\"xxh3\":\"" : ",\"xxh3\":\"");
        var digits = Take(16);
        if (digits.ContainsAnyExcept("0123456789abcdef"u8) || !Utf8Parser.TryParse(digits, out ulong value, out _, 'x'))
        {
            throw Wrong("xxh3 is not 16 lower-case hex digits");
        }

        Expect("\"}\n");
        return value;
    }

    private Digest Address(string before)
    {
        Expect(before);
        Span<char> digits = stackalloc char[2 * Digest.Size];
        Encoding.Latin1.GetChars(Take(digits.Length), digits);
        return Digest.TryParse(digits, out var digest) ? digest : throw Wrong("a digest is not 64 lower-case hex digits");
    }

    private void ExpectAddress(string before, Digest expected)
    {
        if (Address(before) != expected)
        {
            throw Wrong("names and digests of a frame do not agree");
        }
    }

    private int Integer(string before)
    {
        var value = Number(before);
        return value <= int.MaxValue ? (int)value : throw Wrong("a number is too large");
    }

    private long Number(string before)
    {
        Expect(before);
        var digits = _rest.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        if (digits is < 1 or > 18 || (digits > 1 && _rest[0] == '0'))
        {
            throw Wrong("a number is not where it should be");
        }

        return Utf8Parser.TryParse(Take(digits), out long value, out _) ? value : throw Wrong("a number is no number");
    }

    private void ExpectNumber(long expected)
    {
        if (Number("") != expected)
        {
            throw Wrong("an offset or length is not the one that the entries before it give");
        }
    }

    private void Expect(string text)
    {
        Span<byte> expected = stackalloc byte[text.Length];
        Encoding.ASCII.GetBytes(text, expected);
        if (!Take(text.Length).SequenceEqual(expected))
        {
            throw Wrong("it is not written as a manifest's line is");
        }
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (_rest.Length < length)
        {
            throw Wrong("it ends too early");
        }

        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }

    private readonly FormatException Wrong(string reason) => new($"manifest line {_line}: {reason}");
}
