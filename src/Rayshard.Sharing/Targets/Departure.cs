using System.Security.Cryptography;

namespace Rayshard.Sharing.Targets;

/// <summary>
/// A file of a bundle on its way out: read once, chunk by chunk, and hashed while it is sent, so that what rotted here is found before it is published.
/// </summary>
internal sealed class Departure : IDisposable
{
    /// <summary>How many files go out at once.</summary>
    public const int Streams = 3;

    /// <summary>What is sent at a time of each, where nothing else is asked for.</summary>
    public const int ChunkBytes = 16 << 20;

    private readonly BundleFile _file;
    private readonly string _path;
    private readonly FileStream _source;
    private readonly byte[] _chunk;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private Task _hashing = Task.CompletedTask;

    /// <param name="file">What it is.</param>
    /// <param name="path">Where it is.</param>
    /// <param name="chunkBytes">Bytes of a chunk; the last one has fewer.</param>
    /// <exception cref="RayshardException">It is not there, or has another size.</exception>
    public Departure(BundleFile file, string path, long chunkBytes = ChunkBytes)
    {
        (_file, _path) = (file, path);
        _source = OpenRead(file, path);
        _chunk = GC.AllocateUninitializedArray<byte>((int)Math.Clamp(file.Bytes, 1, chunkBytes));
    }

    /// <summary>The next chunk; it holds until the next call. Empty at the end, at which the digest has been found right.</summary>
    /// <exception cref="RayshardException">The file is not the one of the digest.</exception>
    public async Task<ArraySegment<byte>> NextAsync(CancellationToken cancellation)
    {
        await _hashing.ConfigureAwait(false);
        var length = await _source.ReadAtLeastAsync(_chunk, _chunk.Length, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
        if (length == 0)
        {
            return Digest.FromBytes(_hash.GetHashAndReset()) == _file.Sha256 ? new(_chunk, 0, 0) : throw Other(_path);
        }

        _hashing = Task.Run(() => _hash.AppendData(_chunk, 0, length), CancellationToken.None);
        return new(_chunk, 0, length);
    }

    /// <summary>Begins anew.</summary>
    public async Task RewindAsync()
    {
        await _hashing.ConfigureAwait(false);
        _hash.GetHashAndReset();
        _source.Position = 0;
    }

    public void Dispose()
    {
        // Cancelled in the middle of a chunk, it may still be hashing it.
        _hashing.Wait();
        _hash.Dispose();
        _source.Dispose();
    }

    /// <summary>Opens it, where it has its size.</summary>
    /// <exception cref="RayshardException">It is not there, or has another size.</exception>
    public static FileStream OpenRead(BundleFile file, string path) =>
        new FileInfo(path) is { Exists: true } info && info.Length == file.Bytes ? new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0) : throw Other(path);

    /// <summary>Says that it is another file.</summary>
    public static RayshardException Other(string path) =>
        new(ExitCode.NotSo, $"{path}: is not the file that the manifest names; nothing was published (dotnet cake --target=VerifyBundle shows all faults)");
}
