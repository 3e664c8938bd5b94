namespace Rayshard.Sharing.Targets;

/// <summary>
/// Uploads a file in chunks and notes where the upload stands, so that another run goes on there. A registry may lose an upload whose chunk was cut
/// in the middle (docker-registry 2.8 does): then the file is sent from its start.
/// </summary>
internal sealed class OciUpload(OciClient client, OciReference reference, string stateFolder)
{
    private const int Tries = 3;

    private readonly UploadNotes _notes = new(stateFolder, $"{reference.Host} {reference.Repository}");

    public async Task SendAsync(BundleFile file, string path, IProgress<Arrived> sent, CancellationToken cancellation)
    {
        using var source = new Departure(file, path);
        for (var tries = 1; ; tries++)
        {
            var begun = 0L;
            if (await SendOnceAsync(file, source, new Counting(sent, bytes => begun += bytes), cancellation).ConfigureAwait(false))
            {
                _notes.Forget(file);
                return;
            }

            _notes.Forget(file);
            sent.Report(new(-begun, HasTravelled: false));
            if (tries == Tries)
            {
                throw new RayshardException(ExitCode.Failed, $"{reference.Host}: lost the upload of {file.Name} {Tries} times");
            }

            await source.RewindAsync().ConfigureAwait(false);
        }
    }

    private async Task<bool> SendOnceAsync(BundleFile file, Departure source, IProgress<Arrived> sent, CancellationToken cancellation)
    {
        var (location, kept) = await FindAsync(file, cancellation).ConfigureAwait(false) ?? (await client.BeginUploadAsync(cancellation).ConfigureAwait(false), 0);
        var offset = 0L;
        for (ArraySegment<byte> chunk; (chunk = await source.NextAsync(cancellation).ConfigureAwait(false)).Count > 0; offset += chunk.Count)
        {
            cancellation.ThrowIfCancellationRequested();

            // What the registry has already: it may have kept a part of a chunk.
            var known = (int)Math.Clamp(kept - offset, 0, chunk.Count);
            if (known > 0)
            {
                sent.Report(new(known, HasTravelled: false));
            }

            if (known == chunk.Count)
            {
                continue;
            }

            // A chunk that was begun is ended: cutting it costs the whole upload. The registry's own count is believed, not ours.
            if (await client.SendChunkAsync(location, offset + known, chunk[known..], CancellationToken.None).ConfigureAwait(false) is not { } next || next.Bytes != offset + chunk.Count)
            {
                return false;
            }

            location = next.Location;
            sent.Report(new(chunk.Count - known, HasTravelled: true));
            _notes.Write(file, location.ToString());
        }

        return await client.EndUploadAsync(location, file.Sha256, cancellation).ConfigureAwait(false);
    }

    private async Task<(Uri Location, long Bytes)?> FindAsync(BundleFile file, CancellationToken cancellation)
    {
        try
        {
            return Uri.TryCreate(_notes.Read(file), UriKind.Absolute, out var location) && location.GetLeftPart(UriPartial.Authority) == reference.Registry.GetLeftPart(UriPartial.Authority)
                && await client.FindUploadAsync(location, cancellation).ConfigureAwait(false) is { } found && found.Bytes <= file.Bytes ? found : null;
        }
        catch (RayshardException)
        {
            return null;
        }
    }

    private sealed class Counting(IProgress<Arrived> inner, Action<long> count) : IProgress<Arrived>
    {
        public void Report(Arrived value)
        {
            count(value.Bytes);
            inner.Report(value);
        }
    }
}
