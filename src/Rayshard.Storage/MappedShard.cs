using System.IO.MemoryMappedFiles;

namespace Rayshard.Storage;

/// <summary>One shard, mapped whole, with what its manifest says in as little memory as it can.</summary>
internal sealed unsafe class MappedShard : IDisposable
{
    private readonly MemoryMappedViewAccessor _view;
    private readonly string _path;
    private readonly ShardLayout _layout;
    private readonly Place[] _places;
    private readonly ulong[] _blobXxh3;

    private MappedShard(string path, MemoryMappedViewAccessor view, ShardLayout layout, FrameEntry[] frames)
    {
        (_path, _view, _layout) = (path, view, layout);
        _places = Array.ConvertAll(frames, frame => new Place((int)(frame.Index - layout.First), frame.RecordBytes, frame.Offset, frame.RecordXxh3));
        _blobXxh3 = new ulong[frames.Length * layout.Passes.Count];
        for (var i = 0; i < _blobXxh3.Length; i++)
        {
            _blobXxh3[i] = frames[i / layout.Passes.Count].Blobs.Span[i % layout.Passes.Count].Xxh3;
        }

        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        Start = start;
    }

    /// <summary>The file's first byte in memory.</summary>
    public byte* Start { get; }

    public int Count => _places.Length;

    public IReadOnlyList<ShardPass> Passes => _layout.Passes;

    /// <summary>Reads the manifest and maps the file. Both are of the same open file, so a shard that is replaced meanwhile does no harm.</summary>
    public static MappedShard Open(string path, ShardLayout expected)
    {
        using var bytes = ShardBytes.Open(path, path);
        var (layout, frames) = ShardTail.Read(bytes).ReadManifest(bytes);
        if (Manifest.Head(layout, 0) != Manifest.Head(expected, 0))
        {
            throw bytes.Damaged(0, "", FaultKind.BadManifest, "the file was replaced by another shard; open the frames anew");
        }

        try
        {
            using var map = MemoryMappedFile.CreateFromFile(bytes.File, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            return new(path, map.CreateViewAccessor(0, bytes.Length, MemoryMappedFileAccess.Read), layout, frames);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            throw bytes.Damaged(0, "", FaultKind.Unreadable, $"the file can't be mapped: {e.Message}");
        }
    }

    public int? Find(long index)
    {
        // All frames are there, as a rule.
        var number = (int)(index - _layout.First);
        if (number < _places.Length && _places[number].Number == number)
        {
            return number;
        }

        var found = Array.BinarySearch(_places, new(number, 0, 0, 0), Comparer<Place>.Create((left, right) => left.Number.CompareTo(right.Number)));
        return found >= 0 ? found : null;
    }

    public long IndexOf(int place) => _layout.First + _places[place].Number;

    public long RecordOffset(int place) => _places[place].Offset + Ustar.Block;

    public int RecordBytes(int place) => _places[place].RecordBytes;

    public ulong RecordXxh3(int place) => _places[place].RecordXxh3;

    public ulong BlobXxh3(int place, int pass) => _blobXxh3[(place * Passes.Count) + pass];

    /// <summary>The record's address, of the name in its tar header.</summary>
    public Digest RecordAddress(int place) =>
        Ustar.TryRead(new(Start + _places[place].Offset, Ustar.Block), out var name, out _) && EntryName.TryReadRecord(name, out var address) ? address
            : throw Damaged(_places[place].Offset, FaultKind.BadHeader, "no record's tar header stands here");

    public (long Offset, int Bytes) Blob(int place, int pass)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)pass, (uint)Passes.Count, nameof(pass));
        var offset = _places[place].Offset + Ustar.EntryBytes(_places[place].RecordBytes) + Ustar.Block;
        for (var before = 0; before < pass; before++)
        {
            offset += Ustar.EntryBytes(Passes[before].BlobBytes);
        }

        return (offset, checked((int)Passes[pass].BlobBytes));
    }

    public int PassOf(string name)
    {
        for (var pass = 0; pass < Passes.Count; pass++)
        {
            if (Passes[pass].Name == name)
            {
                return pass;
            }
        }

        throw new ArgumentOutOfRangeException(nameof(name), name, $"there is no such pass: there are {string.Join(", ", Passes.Select(pass => pass.Name))}");
    }

    public DamagedShardException Damaged(long offset, FaultKind kind, string reason) => ShardBytes.Damaged(_path, offset, "", kind, reason);

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
    }

    // Number: in the shard, from 0.
    private readonly record struct Place(int Number, int RecordBytes, long Offset, ulong RecordXxh3);
}
