using System.Buffers;
using System.IO.Hashing;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Rayshard.Storage;

/// <summary>
/// Random access to the bytes of a shard, sealed or partial, in constant memory. Reading past the end or an error of the disk is a
/// <see cref="DamagedShardException"/>. Not thread-safe: the hashes share one buffer.
/// </summary>
internal sealed class ShardBytes : IDisposable
{
    // Larger than the last-level cache's share of a core gains nothing; smaller costs system calls.
    private const int ChunkBytes = 1 << 20;

    private readonly SafeFileHandle _file;
    private readonly bool _owns;
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
    private readonly IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly XxHash3 _xxh3 = new();

    /// <summary>Reads a file that stays open when this is disposed.</summary>
    public ShardBytes(SafeFileHandle file, string name)
    {
        _file = file;
        Name = name;
        Length = RandomAccess.GetLength(file);
    }

    private ShardBytes(SafeFileHandle file, string name, bool owns)
        : this(file, name) => _owns = owns;

    /// <summary>Name for messages: the file's path, relative to its store.</summary>
    public string Name { get; }

    /// <summary>The open file.</summary>
    public SafeFileHandle File => _file;

    /// <summary>Bytes of the file when it was opened.</summary>
    public long Length { get; }

    public static ShardBytes Open(string path, string name)
    {
        try
        {
            // ReadWrite sharing: a shard may be replaced while it is read; the open file stays the old one.
            return new(System.IO.File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), name, owns: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Damaged(name, 0, "", FaultKind.Unreadable, $"the file can't be read: {e.Message}");
        }
    }

    public static DamagedShardException Damaged(string file, long offset, string entry, FaultKind kind, string reason) =>
        new(new(file, offset, entry, kind, reason));

    public DamagedShardException Damaged(long offset, string entry, FaultKind kind, string reason) => Damaged(Name, offset, entry, kind, reason);

    /// <summary>Fills a buffer.</summary>
    public void Read(long offset, Span<byte> buffer, string entry = "")
    {
        while (!buffer.IsEmpty)
        {
            int read;
            try
            {
                read = RandomAccess.Read(_file, buffer, offset);
            }
            catch (IOException e)
            {
                throw Damaged(offset, entry, FaultKind.Unreadable, $"the disk gives no data: {e.Message}");
            }

            if (read == 0)
            {
                throw Damaged(offset, entry, FaultKind.Truncated, $"the file ends at byte {Length}");
            }

            offset += read;
            buffer = buffer[read..];
        }
    }

    public byte[] Read(long offset, int length, string entry = "")
    {
        // The length may come from a header that nobody checked: never allocate beyond the file.
        if (offset < 0 || length < 0 || offset + length > Length)
        {
            throw Damaged(offset, entry, FaultKind.Truncated, $"{length} bytes were expected here, but the file ends at byte {Length}");
        }

        var buffer = new byte[length];
        Read(offset, buffer, entry);
        return buffer;
    }

    /// <summary>The content's hashes; SHA-256 is empty where it was not asked for.</summary>
    public (Digest Sha256, ulong Xxh3) Hash(long offset, long length, bool sha256, string entry = "")
    {
        while (length > 0)
        {
            var chunk = _buffer.AsSpan(0, (int)Math.Min(length, ChunkBytes));
            Read(offset, chunk, entry);
            _xxh3.Append(chunk);
            if (sha256)
            {
                _sha256.AppendData(chunk);
            }

            (offset, length) = (offset + chunk.Length, length - chunk.Length);
        }

        var fast = _xxh3.GetCurrentHashAsUInt64();
        _xxh3.Reset();
        Span<byte> digest = stackalloc byte[Digest.Size];
        return (sha256 && _sha256.GetHashAndReset(digest) == Digest.Size ? Digest.FromBytes(digest) : default, fast);
    }

    /// <summary>Whether there are as many zero bytes here.</summary>
    public bool IsZero(long offset, int length)
    {
        var bytes = _buffer.AsSpan(0, length);
        Read(offset, bytes);
        return !bytes.ContainsAnyExcept((byte)0);
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _sha256.Dispose();
        if (_owns)
        {
            _file.Dispose();
        }
    }
}
