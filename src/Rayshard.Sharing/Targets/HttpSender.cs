using System.Net;
using System.Net.Http.Headers;

namespace Rayshard.Sharing.Targets;

/// <summary>
/// Sends requests as servers want it: again after what passes (with the patience that <c>Retry-After</c> asks for), and to where they redirect, but never
/// from https to http, and never with credentials to another origin. Thread-safe.
/// </summary>
internal sealed class HttpSender : IDisposable
{
    /// <summary>How often a request is tried.</summary>
    public const int Tries = 6;
    private const int Redirects = 5;

    private static readonly TimeSpan s_longestWait = TimeSpan.FromMinutes(5);

    private readonly HttpClient _client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(30),
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
    })
    { Timeout = TimeSpan.FromMinutes(10) };

    /// <summary>Sends until there is an answer that is neither a passing trouble nor a redirect. The caller disposes it.</summary>
    /// <param name="make">Makes the request, anew for each try.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="RayshardException">No answer after all tries, or a redirect that is not followed.</exception>
    public async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> make, CancellationToken cancellation)
    {
        for (var tries = 1; ; tries++)
        {
            Exception? cause = null;
            HttpResponseMessage? answer = null;
            try
            {
                answer = await FollowAsync(make, cancellation).ConfigureAwait(false);
                if (!IsPassing(answer.StatusCode) || tries == Tries)
                {
                    return answer;
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException && !cancellation.IsCancellationRequested)
            {
                cause = e;
            }

            using (answer)
            {
                if (tries == Tries)
                {
                    using var request = make();
                    throw new RayshardException(ExitCode.Failed, $"{Shown(request.RequestUri!)}: can't be reached, {Tries} times: {cause!.GetBaseException().Message}", cause);
                }

                await Task.Delay(Wait(answer?.Headers.RetryAfter, tries), cancellation).ConfigureAwait(false);
            }
        }
    }

    public void Dispose() => _client.Dispose();

    /// <summary>An address for messages: without a query, which may hold a signature.</summary>
    public static string Shown(Uri address) => address.GetLeftPart(UriPartial.Path);

    /// <summary>Whether a refusal may be none a little later.</summary>
    public static bool IsPassing(HttpStatusCode status) =>
        status is HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout or HttpStatusCode.RequestTimeout;

    /// <summary>How long to wait before another try: what was asked for, or longer from try to try.</summary>
    public static TimeSpan Wait(RetryConditionHeaderValue? asked, int tries)
    {
        var wait = asked?.Delta ?? (asked?.Date is { } date ? date - TimeProvider.System.GetUtcNow() : TimeSpan.FromMilliseconds(250 << tries));
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait > s_longestWait ? s_longestWait : wait;
    }

    private async Task<HttpResponseMessage> FollowAsync(Func<HttpRequestMessage> make, CancellationToken cancellation)
    {
        var request = make();
        var origin = request.RequestUri!;
        for (var hop = 0; ; hop++)
        {
            HttpResponseMessage answer;
            using (request)
            {
                answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
            }

            if ((int)answer.StatusCode is not (301 or 302 or 303 or 307 or 308) || answer.Headers.Location is not { } location)
            {
                return answer;
            }

            using (answer)
            {
                var from = request.RequestUri!;
                var to = new Uri(from, location);
                var isSafe = to.Scheme == Uri.UriSchemeHttps || (to.Scheme == Uri.UriSchemeHttp && from.Scheme == Uri.UriSchemeHttp && SharingTarget.IsLoopback(to.Host));
                if (!isSafe || hop == Redirects)
                {
                    throw new RayshardException(ExitCode.Failed, $"{Shown(from)}: redirects {(isSafe ? "without an end" : "away from https")}; not followed");
                }

                request = make();
                request.RequestUri = to;
                if (Origin(to) != Origin(origin))
                {
                    request.Headers.Authorization = null;
                }
            }
        }
    }

    private static string Origin(Uri address) => address.GetLeftPart(UriPartial.Authority);
}
