using System.Net;
using System.Net.Http.Headers;

namespace Rayshard.Sharing.Targets;

/// <summary>The calls of the OCI distribution specification that a bundle takes. Blobs by digest; only a manifest has a name that can move.</summary>
internal sealed class OciClient : IDisposable
{
    public const string ManifestType = "application/vnd.oci.image.manifest.v1+json";

    // Registries refuse larger ones (distribution's own limit).
    public const int MaxManifestBytes = 4 << 20;

    private readonly HttpSender _http = new();
    private readonly OciReference _reference;
    private readonly OciAuthorization _authorization;

    public OciClient(OciReference reference, Func<string, string?> credentials)
    {
        _reference = reference;
        _authorization = new(_http, reference, credentials);
    }

    private Uri Base => new(_reference.Registry, $"v2/{_reference.Repository}/");

    /// <summary>A manifest's bytes; nothing where there is none of that name.</summary>
    public async Task<byte[]?> ReadManifestAsync(string name, CancellationToken cancellation)
    {
        using var answer = await SendAsync(() => new(HttpMethod.Get, new Uri(Base, $"manifests/{name}")) { Headers = { { "Accept", [ManifestType, OciArtifact.IndexType] } } }, cancellation).ConfigureAwait(false);
        return answer.StatusCode == HttpStatusCode.NotFound ? null : await HttpBody.ReadAsync(answer, MaxManifestBytes, cancellation).ConfigureAwait(false);
    }

    /// <summary>Gives a manifest its name: the moment at which others see it.</summary>
    /// <returns>Whether the registry lists it among the referrers of its subject.</returns>
    public async Task<bool> WriteManifestAsync(string name, byte[] manifest, string type, CancellationToken cancellation)
    {
        using var answer = await SendAsync(() => new(HttpMethod.Put, new Uri(Base, $"manifests/{name}")) { Content = Body(manifest, type) }, cancellation).ConfigureAwait(false);
        HttpBody.ThrowIfError(answer);
        return answer.Headers.Contains("OCI-Subject");
    }

    public async Task<bool> HasBlobAsync(Digest digest, CancellationToken cancellation)
    {
        using var answer = await SendAsync(() => new(HttpMethod.Head, Blob(digest)), cancellation).ConfigureAwait(false);
        if (answer.StatusCode != HttpStatusCode.NotFound)
        {
            HttpBody.ThrowIfError(answer);
        }

        return answer.IsSuccessStatusCode;
    }

    public async Task<Stream> OpenBlobAsync(BundleFile file, long offset, long bytes, CancellationToken cancellation)
    {
        var answer = await SendAsync(() => new(HttpMethod.Get, Blob(file.Sha256)) { Headers = { Range = HttpBody.RangeOf(file, offset, bytes) } }, cancellation).ConfigureAwait(false);
        try
        {
            return await HttpBody.OpenAsync(answer, offset, cancellation).ConfigureAwait(false);
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    /// <summary>A small blob, checked.</summary>
    public async Task<byte[]> ReadBlobAsync(Digest digest, int most, CancellationToken cancellation)
    {
        using var answer = await SendAsync(() => new(HttpMethod.Get, Blob(digest)), cancellation).ConfigureAwait(false);
        var bytes = await HttpBody.ReadAsync(answer, most, cancellation).ConfigureAwait(false);
        return Digest.Of(bytes) == digest ? bytes : throw new RayshardException(ExitCode.NotSo, $"{_reference.Host}: sends other bytes than those of sha256:{digest}");
    }

    /// <summary>Begins an upload.</summary>
    /// <returns>Where it goes on.</returns>
    public async Task<Uri> BeginUploadAsync(CancellationToken cancellation)
    {
        using var answer = await SendAsync(() => new(HttpMethod.Post, new Uri(Base, "blobs/uploads/")), cancellation).ConfigureAwait(false);
        HttpBody.ThrowIfError(answer);
        return Location(answer);
    }

    /// <summary>How many bytes an upload has, and where it goes on; nothing where the registry no longer knows it.</summary>
    public async Task<(Uri Location, long Bytes)?> FindUploadAsync(Uri location, CancellationToken cancellation)
    {
        using var answer = await SendAsync(() => new(HttpMethod.Get, location), cancellation).ConfigureAwait(false);
        return answer.StatusCode == HttpStatusCode.NoContent ? (Location(answer), Received(answer)) : null;
    }

    /// <summary>Sends a chunk.</summary>
    /// <returns>Where it goes on, and how many bytes the registry has now; nothing where it has lost the upload.</returns>
    public async Task<(Uri Location, long Bytes)?> SendChunkAsync(Uri location, long offset, ArraySegment<byte> chunk, CancellationToken cancellation)
    {
        using var answer = await SendAsync(() =>
        {
            var body = Body(chunk, "application/octet-stream");
            body.Headers.TryAddWithoutValidation("Content-Range", $"{offset}-{offset + chunk.Count - 1}");
            return new(HttpMethod.Patch, location) { Content = body };
        }, cancellation).ConfigureAwait(false);
        if (answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            return null;
        }

        HttpBody.ThrowIfError(answer);
        return (Location(answer), Received(answer));
    }

    /// <summary>Ends an upload: the registry checks the digest itself.</summary>
    /// <returns>Whether it has the blob now; else it has to be sent again.</returns>
    public async Task<bool> EndUploadAsync(Uri location, Digest digest, CancellationToken cancellation)
    {
        var address = new Uri($"{location}{(location.Query.Length > 0 ? '&' : '?')}digest=sha256:{digest}");
        using var answer = await SendAsync(() => new(HttpMethod.Put, address) { Content = Body(ArraySegment<byte>.Empty, "application/octet-stream") }, cancellation).ConfigureAwait(false);
        if (answer.StatusCode is not (HttpStatusCode.BadRequest or HttpStatusCode.NotFound or HttpStatusCode.RequestedRangeNotSatisfiable))
        {
            HttpBody.ThrowIfError(answer);
        }

        return answer.IsSuccessStatusCode;
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> make, CancellationToken cancellation)
    {
        for (var tries = 0; ; tries++)
        {
            var used = _authorization.Current;
            var answer = await _http.SendAsync(() => Authorized(make(), used), cancellation).ConfigureAwait(false);
            if (answer.StatusCode != HttpStatusCode.Unauthorized || tries == 2 || !await _authorization.AnswerAsync(answer, used, cancellation).ConfigureAwait(false))
            {
                return answer;
            }

            answer.Dispose();
        }
    }

    private HttpRequestMessage Authorized(HttpRequestMessage request, AuthenticationHeaderValue? authorization)
    {
        var isRegistry = request.RequestUri!.GetLeftPart(UriPartial.Authority) == _reference.Registry.GetLeftPart(UriPartial.Authority);
        request.Headers.Authorization = isRegistry ? authorization : null;
        return request;
    }

    private static ByteArrayContent Body(ArraySegment<byte> bytes, string type) => new(bytes.Array ?? [], bytes.Offset, bytes.Count) { Headers = { ContentType = new(type) } };

    private Uri Blob(Digest digest) => new(Base, $"blobs/sha256:{digest}");

    // Absolute or not; to another host it may lead (with no credentials of ours), but not out of https.
    private Uri Location(HttpResponseMessage answer)
    {
        var location = answer.Headers.Location is { } stated ? new Uri(Base, stated) : null;
        return location is not null && (location.Scheme == Base.Scheme || location.Scheme == Uri.UriSchemeHttps)
            ? location
            : throw new RayshardException(ExitCode.Failed, $"{_reference.Host}: names no place to upload to, or one in the clear");
    }

    private static long Received(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("Range", out var values) && long.TryParse(values.First().Split('-')[^1], out var last) ? last + 1 : 0;
}
