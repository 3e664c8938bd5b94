using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Rayshard.Sharing.Targets;

/// <summary>
/// Uploads a file in chunks and writes down where the upload stands, so that another run goes on there. A registry may lose an upload whose chunk was cut
/// in the middle (docker-registry 2.8 does): then the file is sent from its start.
/// </summary>
internal sealed class OciUpload(OciClient client, OciReference reference, string stateFolder)
{
    /// <summary>What is sent at a time, and what an interruption costs at most.</summary>
    public const int ChunkBytes = 16 << 20;

    private const int Tries = 3;

    public async Task SendAsync(BundleFile file, string path, IProgress<Arrived> sent, CancellationToken cancellation)
    {
        using var source = File.OpenRead(path);
        for (var tries = 1; ; tries++)
        {
            var begun = 0L;
            if (await SendOnceAsync(file, source, new Counting(sent, bytes => begun += bytes), cancellation).ConfigureAwait(false))
            {
                Forget(file);
                return;
            }

            Forget(file);
            sent.Report(new(-begun, HasTravelled: false));
            if (tries == Tries)
            {
                throw new RayshardException(ExitCode.Failed, $"{reference.Host}: lost the upload of {file.Name} {Tries} times");
            }
        }
    }

    private async Task<bool> SendOnceAsync(BundleFile file, FileStream source, IProgress<Arrived> sent, CancellationToken cancellation)
    {
        var (location, offset) = await FindAsync(file, cancellation).ConfigureAwait(false) ?? (await client.BeginUploadAsync(cancellation).ConfigureAwait(false), 0);
        sent.Report(new(offset, HasTravelled: false));
        var chunk = new byte[(int)Math.Min(ChunkBytes, Math.Max(1, file.Bytes))];
        while (offset < file.Bytes)
        {
            cancellation.ThrowIfCancellationRequested();
            source.Position = offset;
            var length = source.ReadAtLeast(chunk, chunk.Length, throwOnEndOfStream: false);

            // A chunk that was begun is ended: cutting it costs the whole upload. The registry's own count is believed, not ours.
            if (await client.SendChunkAsync(location, offset, chunk, length, CancellationToken.None).ConfigureAwait(false) is not { } next || next.Bytes != offset + length)
            {
                return false;
            }

            (location, offset) = next;
            sent.Report(new(length, HasTravelled: true));
            Note(file, location);
        }

        return await client.EndUploadAsync(location, file.Sha256, cancellation).ConfigureAwait(false);
    }

    private async Task<(Uri, long)?> FindAsync(BundleFile file, CancellationToken cancellation)
    {
        var note = NotePath(file);
        if (!File.Exists(note))
        {
            return null;
        }

        try
        {
            var location = new Uri(JObject.Parse(File.ReadAllText(note)).Value<string>("location")!);
            var isOurs = location.GetLeftPart(UriPartial.Authority) == reference.Registry.GetLeftPart(UriPartial.Authority);
            return isOurs && await client.FindUploadAsync(location, cancellation).ConfigureAwait(false) is { } found && found.Bytes <= file.Bytes ? found : null;
        }
        catch (Exception e) when (e is JsonException or UriFormatException or ArgumentNullException or RayshardException)
        {
            // A note is a hint: without it the file is sent from its start.
            return null;
        }
    }

    // An upload's address may be all that it takes to write to it.
    private void Note(BundleFile file, Uri location)
    {
        Directory.CreateDirectory(stateFolder);
        var (note, beside) = (NotePath(file), NotePath(file) + ".new");
        using (var stream = new FileStream(beside, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
        {
            stream.Write(System.Text.Encoding.UTF8.GetBytes(new JObject { ["location"] = location.ToString() }.ToString(Formatting.None)));
        }

        File.Move(beside, note, overwrite: true);
    }

    private void Forget(BundleFile file) => File.Delete(NotePath(file));

    private string NotePath(BundleFile file) => Path.Combine(stateFolder, $"{Digest.Of($"{reference.Host} {reference.Repository} {file.Sha256} {file.Name}")}.json");

    private sealed class Counting(IProgress<Arrived> inner, Action<long> count) : IProgress<Arrived>
    {
        public void Report(Arrived value)
        {
            count(value.Bytes);
            inner.Report(value);
        }
    }
}
