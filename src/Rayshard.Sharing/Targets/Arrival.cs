using System.Buffers;
using System.Security.Cryptography;

namespace Rayshard.Sharing.Targets;

/// <summary>
/// A file on its way into a bundle's folder: kept by its digest below <c>.partial</c>, so that an interrupted one goes on at the byte where it stopped,
/// and given its name only when its SHA-256 is right.
/// </summary>
internal sealed class Arrival(BundleFolder folder, BundleFile file)
{
    /// <summary>How often a source may break off without giving a byte.</summary>
    public const int Tries = 5;
    private const int BufferBytes = 1 << 20;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private string Path => System.IO.Path.Combine(folder.Partial, $"{file.Sha256}-{Digest.Of(file.Name).ToString()[..8]}");

    /// <summary>Brings it in from where its bundle lies.</summary>
    /// <exception cref="RayshardException">The bytes are not those of the digest, also the second time; or the source failed too often.</exception>
    public Task TakeAsync(ISharingTarget from, IProgress<Arrived> arrived, CancellationToken cancellation) =>
        TakeAsync((offset, token) => from.OpenAsync(file, offset, file.Bytes - offset, token), arrived, cancellation);

    /// <summary>Brings it in.</summary>
    /// <param name="open">Opens the bytes from an offset on.</param>
    /// <param name="arrived">Hears how many bytes more are there; fewer where some were thrown away.</param>
    /// <param name="cancellation">Ends it; what has arrived is kept.</param>
    /// <exception cref="RayshardException">The bytes are not those of the digest, also the second time; or the source failed too often.</exception>
    public async Task TakeAsync(Func<long, CancellationToken, Task<Stream>> open, IProgress<Arrived> arrived, CancellationToken cancellation)
    {
        using var partial = new FileStream(Path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        var isFresh = partial.Length == 0 || partial.Length > file.Bytes;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (isFresh)
        {
            partial.SetLength(0);
        }
        else
        {
            await HashAsync(partial, hash, cancellation).ConfigureAwait(false);
            arrived.Report(new(partial.Length, HasTravelled: false));
        }

        while (true)
        {
            await ReadAllAsync(partial, hash, open, arrived, cancellation).ConfigureAwait(false);
            if (Digest.FromBytes(hash.GetHashAndReset()) == file.Sha256)
            {
                break;
            }

            // What an earlier run left may have been torn by a power cut; what came in one go is the source's fault.
            arrived.Report(new(-partial.Length, HasTravelled: false));
            partial.SetLength(0);
            if (isFresh)
            {
                throw new RayshardException(ExitCode.NotSo, $"{file.Name}: the bytes that came are not those of its SHA-256 {file.Sha256}: damaged on the way, or not the bundle's");
            }

            isFresh = true;
        }

        partial.Flush(flushToDisk: true);
        partial.Close();
        folder.Place(Path, file.Name);
    }

    private async Task ReadAllAsync(FileStream partial, IncrementalHash hash, Func<long, CancellationToken, Task<Stream>> open, IProgress<Arrived> arrived, CancellationToken cancellation)
    {
        for (var tries = 0; partial.Length < file.Bytes;)
        {
            var before = partial.Length;
            try
            {
                using var source = await open(partial.Length, cancellation).ConfigureAwait(false);
                await CopyAsync(source, partial, hash, arrived, cancellation).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or HttpRequestException or TimeoutException && !cancellation.IsCancellationRequested && partial.Length < file.Bytes)
            {
                tries = partial.Length > before ? 0 : tries + 1;
                if (tries == Tries)
                {
                    throw new RayshardException(ExitCode.Failed, $"{file.Name}: broke off at byte {partial.Length} of {file.Bytes}, {Tries} times: {e.Message}; the same command goes on there", e);
                }
            }
        }
    }

    // While one buffer is written and hashed, the next one is filled.
    private async Task CopyAsync(Stream source, FileStream partial, IncrementalHash hash, IProgress<Arrived> arrived, CancellationToken cancellation)
    {
        var (buffer, other) = (ArrayPool<byte>.Shared.Rent(BufferBytes), ArrayPool<byte>.Shared.Rent(BufferBytes));
        var keeping = Task.CompletedTask;
        try
        {
            for (var length = partial.Length; length < file.Bytes;)
            {
                // No more than was announced is taken, whatever comes.
                var wanted = (int)Math.Min(BufferBytes, file.Bytes - length);
                var read = await ReadAsync(source, buffer.AsMemory(0, wanted), cancellation).ConfigureAwait(false);
                if (read == 0)
                {
                    throw new IOException("it ends too early");
                }

                await keeping.ConfigureAwait(false);
                var came = buffer;
                keeping = Task.Run(
                    () =>
                    {
                        partial.Write(came, 0, read);
                        hash.AppendData(came, 0, read);
                    },
                    CancellationToken.None);
                (buffer, other) = (other, buffer);
                length += read;
                arrived.Report(new(read, HasTravelled: true));
            }
        }
        finally
        {
            await keeping.ConfigureAwait(false);
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

    private static async Task HashAsync(FileStream partial, IncrementalHash hash, CancellationToken cancellation)
    {
        var buffer = new byte[BufferBytes];
        partial.Position = 0;
        for (int read; (read = await partial.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0;)
        {
            hash.AppendData(buffer, 0, read);
        }
    }
}
