using System.Net;
using System.Net.Http.Headers;

namespace Rayshard.Blender;

/// <summary>
/// A file that is known by its SHA-256, wherever it comes from. It is kept under that name once it was checked, and never before: what does not
/// match leaves nothing behind. A connection that breaks is taken up again where it broke.
/// </summary>
internal sealed class PinnedFile(string folder, Digest sha256, string name) : IDisposable
{
    private const int Tries = 6;
    private const int Redirects = 5;

    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(60);

    // Redirects are followed by hand: one that leads from https to http must be refused, not taken.
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(20) }) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Where it is kept.</summary>
    public string Path { get; } = System.IO.Path.Combine(folder, sha256.ToString());

    private string Partial => Path + ".partial";

    /// <summary>Brings the file, from the first place that has it.</summary>
    /// <param name="places">Addresses (https, or http on this machine itself) and paths of local files.</param>
    /// <param name="cancellation">Ends it; what came so far is kept for the next time.</param>
    /// <exception cref="RayshardException">No place has it, or what came is another file.</exception>
    public async Task<string> FetchAsync(IReadOnlyList<string> places, CancellationToken cancellation)
    {
        if (File.Exists(Path))
        {
            return Path;
        }

        Directory.CreateDirectory(folder);
        using var mine = await FileTurn.TakeAsync(Path + ".lock", cancellation).ConfigureAwait(false);
        if (File.Exists(Path))
        {
            return Path;
        }

        var reasons = new List<string>();
        foreach (var place in places)
        {
            try
            {
                await BringAsync(place, cancellation).ConfigureAwait(false);
                var found = Digest.OfFile(Partial);
                if (found != sha256)
                {
                    throw new IOException($"has SHA-256 {found} and {new FileInfo(Partial).Length} bytes, but the pin says {sha256}: it is damaged or another file");
                }

                File.Move(Partial, Path);
                return Path;
            }
            catch (Exception e) when (e is IOException or HttpRequestException or UnauthorizedAccessException or InvalidDataException)
            {
                File.Delete(Partial);
                reasons.Add($"{place}: {e.Message}");
            }
        }

        throw new RayshardException(ExitCode.MachineLacks, $"{name} can't be had: {(reasons.Count == 0 ? "the pin names no place" : string.Join("; ", reasons))}. Nothing was kept; correct the pin in blender/toolchains.json, or add a place that has it");
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task BringAsync(string place, CancellationToken cancellation)
    {
        if (!Uri.TryCreate(place, UriKind.Absolute, out var uri) || uri.IsFile)
        {
            File.Copy(uri?.LocalPath ?? place, Partial, overwrite: true);
            return;
        }

        for (var tries = 1; ; tries++)
        {
            try
            {
                await DownloadAsync(uri, cancellation).ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (tries < Tries && e is HttpIOException or HttpRequestException { StatusCode: null or >= HttpStatusCode.InternalServerError } or TimeoutException)
            {
                await Task.Delay(TimeSpan.FromSeconds((1 << (tries - 1)) - 1), cancellation).ConfigureAwait(false);
            }
            catch (TimeoutException e)
            {
                throw new IOException(e.Message, e);
            }
        }
    }

    private async Task DownloadAsync(Uri uri, CancellationToken cancellation)
    {
        await using var file = new FileStream(Partial, FileMode.Append, FileAccess.Write, FileShare.None);
        using var response = await GetAsync(uri, file.Position, cancellation).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            return; // All of it was there: the SHA-256 decides.
        }

        response.EnsureSuccessStatusCode();
        if (response.StatusCode != HttpStatusCode.PartialContent || response.Content.Headers.ContentRange?.From != file.Position)
        {
            file.SetLength(0);
        }

        await using var body = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        var buffer = new byte[1 << 16];
        while (true)
        {
            using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            silence.CancelAfter(s_silence);
            try
            {
                var count = await body.ReadAsync(buffer, silence.Token).ConfigureAwait(false);
                if (count == 0)
                {
                    return;
                }

                await file.WriteAsync(buffer.AsMemory(0, count), cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                throw new TimeoutException($"nothing came for {s_silence.TotalSeconds} seconds");
            }
        }
    }

    private async Task<HttpResponseMessage> GetAsync(Uri uri, long from, CancellationToken cancellation)
    {
        for (var redirects = 0; ; redirects++)
        {
            if (uri.Scheme != Uri.UriSchemeHttps && !(uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))
            {
                throw new IOException($"leads to '{uri}', which is not https: refused");
            }

            using var request = new HttpRequestMessage(HttpMethod.Get, uri);
            request.Headers.Range = from > 0 ? new RangeHeaderValue(from, null) : null;
            var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
            if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location)
            {
                return response;
            }

            response.Dispose();
            var next = new Uri(uri, location);
            if (redirects == Redirects || next.Scheme != Uri.UriSchemeHttps)
            {
                throw new IOException(redirects == Redirects ? $"redirects more than {Redirects} times" : $"leads to '{next}', which is not https: refused");
            }

            uri = next;
        }
    }
}
