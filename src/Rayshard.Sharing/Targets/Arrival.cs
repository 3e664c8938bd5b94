using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Rayshard.Storage;

namespace Rayshard.Sharing.Targets;

/// <summary>
/// A file on its way into a folder: kept under another name, so that an interrupted one goes on at the byte where it stopped, and given its own only
/// when its SHA-256 is right.
/// </summary>
/// <param name="file">What it is.</param>
/// <param name="partial">Where it is kept meanwhile.</param>
/// <param name="place">Gives it its name.</param>
internal sealed class Arrival(BundleFile file, string partial, Action place)
{
    /// <summary>How often a source may break off without giving a byte.</summary>
    public const int Tries = 5;
    private const int BufferBytes = 1 << 20;

    private static readonly DurableFiles s_files = new() { KeepsPages = true };
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>A file that comes into a bundle's folder.</summary>
    public static Arrival Into(BundleFolder folder, BundleFile file)
    {
        var partial = Path.Combine(folder.Partial, $"{file.Sha256}-{Digest.Of(file.Name).ToString()[..8]}");
        return new(file, partial, () => folder.Place(partial, file.Name));
    }

    /// <summary>Brings it in from where its bundle lies.</summary>
    /// <exception cref="RayshardException">The bytes are not those of the digest, also the second time; or the source failed too often.</exception>
    public Task TakeAsync(ISharingTarget from, IProgress<Arrived> arrived, CancellationToken cancellation) =>
        TakeAsync((offset, token) => from.OpenAsync(file, offset, file.Bytes - offset, token), arrived, cancellation);

    /// <summary>Brings it in from a file of this machine.</summary>
    /// <exception cref="RayshardException">That is another file than its digest says.</exception>
    public async Task TakeAsync(string path, IProgress<Arrived> arrived, CancellationToken cancellation)
    {
        try
        {
            await TakeAsync((offset, _) =>
            {
                var source = Departure.OpenRead(file, path);
                source.Position = offset;
                return Task.FromResult<Stream>(source);
            }, arrived, cancellation).ConfigureAwait(false);
        }
        catch (RayshardException e) when (e.ExitCode == ExitCode.NotSo)
        {
            throw Departure.Other(path);
        }
    }

    /// <summary>Brings it in.</summary>
    /// <param name="open">Opens the bytes from an offset on.</param>
    /// <param name="arrived">Hears how many bytes more are there; fewer where some were thrown away.</param>
    /// <param name="cancellation">Ends it; what has arrived is kept.</param>
    /// <exception cref="RayshardException">The bytes are not those of the digest, also the second time; or the source failed too often.</exception>
    public async Task TakeAsync(Func<long, CancellationToken, Task<Stream>> open, IProgress<Arrived> arrived, CancellationToken cancellation)
    {
        using var handle = File.OpenHandle(partial, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        var kept = RandomAccess.GetLength(handle);
        var isFresh = kept == 0 || kept > file.Bytes;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (isFresh)
        {
            RandomAccess.SetLength(handle, 0);
        }
        else
        {
            await HashAsync(handle, hash, cancellation).ConfigureAwait(false);
            arrived.Report(new(kept, HasTravelled: false));
        }

        while (true)
        {
            await ReadAllAsync(handle, hash, open, arrived, cancellation).ConfigureAwait(false);
            if (Digest.FromBytes(hash.GetHashAndReset()) == file.Sha256)
            {
                break;
            }

            // What an earlier run left may have been torn by a power cut; what came in one go is the source's fault.
            arrived.Report(new(-file.Bytes, HasTravelled: false));
            RandomAccess.SetLength(handle, 0);
            if (isFresh)
            {
                throw new RayshardException(ExitCode.NotSo, $"{file.Name}: the bytes that came are not those of its SHA-256 {file.Sha256}: damaged on the way, or not the bundle's");
            }

            isFresh = true;
        }

        s_files.Flush(handle);
        handle.Close();
        place();
    }

    private async Task ReadAllAsync(SafeFileHandle handle, IncrementalHash hash, Func<long, CancellationToken, Task<Stream>> open, IProgress<Arrived> arrived, CancellationToken cancellation)
    {
        for (var tries = 0; RandomAccess.GetLength(handle) < file.Bytes;)
        {
            var before = RandomAccess.GetLength(handle);
            try
            {
                using var source = await open(RandomAccess.GetLength(handle), cancellation).ConfigureAwait(false);
                await CopyAsync(source, handle, hash, arrived, cancellation).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or HttpRequestException or TimeoutException && !cancellation.IsCancellationRequested && RandomAccess.GetLength(handle) < file.Bytes)
            {
                tries = RandomAccess.GetLength(handle) > before ? 0 : tries + 1;
                if (tries == Tries)
                {
                    throw new RayshardException(ExitCode.Failed, $"{file.Name}: broke off at byte {RandomAccess.GetLength(handle)} of {file.Bytes}, {Tries} times: {e.Message}; the same command goes on there", e);
                }
            }
        }
    }

    // While one buffer is hashed, the next one is filled and written: hashing takes as long as both.
    private async Task CopyAsync(Stream source, SafeFileHandle handle, IncrementalHash hash, IProgress<Arrived> arrived, CancellationToken cancellation)
    {
        var (buffer, other) = (ArrayPool<byte>.Shared.Rent(BufferBytes), ArrayPool<byte>.Shared.Rent(BufferBytes));
        var (hashing, length) = (Task.CompletedTask, RandomAccess.GetLength(handle));
        try
        {
            while (length < file.Bytes)
            {
                // No more than was announced is taken, whatever comes.
                var wanted = (int)Math.Min(BufferBytes, file.Bytes - length);
                var read = await ReadAsync(source, buffer.AsMemory(0, wanted), cancellation).ConfigureAwait(false);
                if (read == 0)
                {
                    throw new IOException("it ends too early");
                }

                // The disk begins on it at once, so that the flush at the end has little left.
                s_files.Append(handle, length, [buffer.AsMemory(0, read)]);
                await hashing.ConfigureAwait(false);
                var came = buffer;
                hashing = Task.Run(() => hash.AppendData(came, 0, read), CancellationToken.None);
                (buffer, other) = (other, buffer);
                length += read;
                arrived.Report(new(read, HasTravelled: true));
            }
        }
        finally
        {
            await hashing.ConfigureAwait(false);
            if (RandomAccess.GetLength(handle) > length)
            {
                // Of a write that failed in the middle; the hash knows nothing of it.
                RandomAccess.SetLength(handle, length);
            }

            ArrayPool<byte>.Shared.Return(buffer);
            ArrayPool<byte>.Shared.Return(other);
        }
    }

    /// <summary>Reads what comes, and does not wait for ever.</summary>
    /// <exception cref="TimeoutException">Nothing came for a minute.</exception>
    public static async Task<int> ReadAsync(Stream source, Memory<byte> buffer, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(s_patience);
        try
        {
            return await source.ReadAsync(buffer, patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"nothing came for {s_patience.TotalSeconds} seconds");
        }
    }

    private static async Task HashAsync(SafeFileHandle handle, IncrementalHash hash, CancellationToken cancellation)
    {
        var buffer = new byte[BufferBytes];
        var at = 0L;
        for (int read; (read = await RandomAccess.ReadAsync(handle, buffer, at, cancellation).ConfigureAwait(false)) > 0; at += read)
        {
            hash.AppendData(buffer, 0, read);
        }
    }
}
