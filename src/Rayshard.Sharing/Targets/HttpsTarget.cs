using System.Net;
using System.Net.Http.Headers;

namespace Rayshard.Sharing.Targets;

/// <summary>A bundle's folder behind any static web server. Pull only.</summary>
internal sealed class HttpsTarget(Uri address) : ISharingTarget
{
    private readonly HttpSender _http = new();

    public Task<BundleHead?> ReadHeadAsync(CancellationToken cancellation) => BundleHead.ReadAsync(HttpSender.Shown(AddressOf(BundleNames.Manifest)), name => ReadSmallAsync(name, cancellation));

    public async Task<Stream> OpenAsync(BundleFile file, long offset, long bytes, CancellationToken cancellation)
    {
        var answer = await _http.SendAsync(() => Get(file.Name, HttpBody.RangeOf(file, offset, bytes)), cancellation).ConfigureAwait(false);
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

    public Task<bool> HasAsync(BundleFile file, CancellationToken cancellation) => throw PullOnly();

    public Task WriteAsync(BundleFile file, string path, IProgress<Arrived> sent, CancellationToken cancellation) => throw PullOnly();

    public Task PublishAsync(BundleHead head, CancellationToken cancellation) => throw PullOnly();

    public void Dispose() => _http.Dispose();

    private RayshardException PullOnly() => new(ExitCode.AskedWrongly, $"--to={address}: a web server is only pulled from: push to folder:DIR and serve that, or to oci:HOST/REPOSITORY:TAG or s3:BUCKET/PREFIX");

    private Uri AddressOf(string name) => new(HttpSender.Shown(address).TrimEnd('/') + "/" + name);

    private HttpRequestMessage Get(string name, RangeHeaderValue? range) => new(HttpMethod.Get, AddressOf(name)) { Headers = { Range = range } };

    private async Task<byte[]?> ReadSmallAsync(string name, CancellationToken cancellation)
    {
        using var answer = await _http.SendAsync(() => Get(name, null), cancellation).ConfigureAwait(false);
        return answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone ? null : await HttpBody.ReadAsync(answer, BundleManifest.MaxBytes, cancellation).ConfigureAwait(false);
    }
}
