using System.Net;
using System.Net.Http.Headers;
using Amazon.Runtime;
using Amazon.S3;

namespace Rayshard.Sharing.Targets;

/// <summary>
/// Calls to an S3 server, tried again as its <c>Retry-After</c> asks. Server, region and credentials come from where every AWS tool has them: environment,
/// profile, or the machine's role. Nothing of them, and no text of the server's, is in a message.
/// </summary>
internal sealed class S3Client : IDisposable
{
    private readonly AmazonS3Client _client;
    private readonly S3Reference _reference;

    /// <param name="reference">Which bundle.</param>
    /// <param name="endpoint">The server; absent: what the environment or the profile says.</param>
    /// <exception cref="RayshardException">The server is to be spoken to in the clear, or the AWS configuration is wrong.</exception>
    public S3Client(S3Reference reference, string? endpoint)
    {
        _reference = reference;
        try
        {
            var config = new AmazonS3Config
            {
                // Tries are counted here, because the library does not know Retry-After.
                MaxErrorRetry = 0,
                Timeout = TimeSpan.FromMinutes(10),

                // Servers other than Amazon's refuse the check sums that come behind a body; the signature is over the body's SHA-256 anyway.
                RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
                ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            };

            // Looking for one makes the configuration forget the other, so both are read before either is set.
            var (url, region) = (endpoint ?? config.ServiceURL, config.RegionEndpoint);
            if (url is not null)
            {
                // A server of one's own knows no region, and seldom bucket names as hosts.
                config.ServiceURL = url;
                config.ForcePathStyle = true;
                config.AuthenticationRegion ??= region?.SystemName ?? "us-east-1";
                Check(new Uri(url));
            }
            else
            {
                config.RegionEndpoint = region ?? Amazon.RegionEndpoint.USEast1;
            }

            _client = new(config);
        }
        catch (Exception e) when (e is AmazonClientException or UriFormatException)
        {
            throw new RayshardException(ExitCode.AskedWrongly, $"{reference}: the AWS configuration is wrong: see AWS_ENDPOINT_URL, AWS_REGION, AWS_PROFILE and ~/.aws/config");
        }
    }

    /// <summary>Calls until there is an answer that is no passing trouble.</summary>
    /// <param name="call">The call, made anew for each try.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="S3RefusalException">The server refuses.</exception>
    /// <exception cref="RayshardException">There are no credentials, or no answer came after all tries.</exception>
    public async Task<T> CallAsync<T>(Func<IAmazonS3, CancellationToken, Task<T>> call, CancellationToken cancellation)
    {
        for (var tries = 1; ; tries++)
        {
            RetryConditionHeaderValue? asked;
            try
            {
                return await call(_client, cancellation).ConfigureAwait(false);
            }
            catch (AmazonServiceException e) when (!cancellation.IsCancellationRequested)
            {
                if (!IsPassing(e) || tries == HttpSender.Tries)
                {
                    throw new S3RefusalException(_reference, e);
                }

                asked = RetryConditionHeaderValue.TryParse((e.InnerException as Amazon.Runtime.Internal.HttpErrorResponseException)?.Response.GetHeaderValue("Retry-After"), out var stated) ? stated : null;
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException && !cancellation.IsCancellationRequested)
            {
                if (tries == HttpSender.Tries)
                {
                    throw new RayshardException(ExitCode.Failed, $"{_reference}: can't be reached, {HttpSender.Tries} times: {e.GetBaseException().Message}");
                }

                asked = null;
            }
            catch (AmazonClientException)
            {
                throw new RayshardException(ExitCode.Failed, $"{_reference}: no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE (aws configure)");
            }

            await Task.Delay(HttpSender.Wait(asked, tries), cancellation).ConfigureAwait(false);
        }
    }

    public void Dispose() => _client.Dispose();

    // Signatures hide the secret also in the clear, but nothing hides the frames, or a session's token.
    private void Check(Uri endpoint)
    {
        if (endpoint.UserInfo.Length > 0 || (endpoint.Scheme != Uri.UriSchemeHttps && !SharingTarget.IsLoopback(endpoint.Host)))
        {
            throw new RayshardException(ExitCode.AskedWrongly, $"{_reference}: AWS_ENDPOINT_URL must be https:// (http:// on this machine alone), without a user in it");
        }
    }

    // No status at all: no answer.
    private static bool IsPassing(AmazonServiceException e) =>
        e.StatusCode is 0 or HttpStatusCode.InternalServerError || HttpSender.IsPassing(e.StatusCode) || e.ErrorCode is "SlowDown" or "RequestTimeout" or "Throttling";
}

/// <summary>An S3 server says no. Its message holds code and status and no word of the server's own.</summary>
internal sealed class S3RefusalException(S3Reference reference, AmazonServiceException cause) : RayshardException(
    cause.StatusCode == HttpStatusCode.NotFound ? ExitCode.NotFound : ExitCode.Failed,
    cause.StatusCode == 0 ? $"{reference}: can't be reached, {HttpSender.Tries} times: {cause.GetBaseException().Message}"
        : $"{reference}: the server says {(int)cause.StatusCode} {Code(cause)}{(cause.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized ? ": these credentials may not, or are wrong (AWS_ACCESS_KEY_ID, AWS_PROFILE)" : "")}")
{
    /// <summary>The status; 0: no answer.</summary>
    public HttpStatusCode Status { get; } = cause.StatusCode;

    private static string Code(AmazonServiceException cause) =>
        cause.ErrorCode is { Length: > 0 and <= 40 } code && code.All(char.IsAsciiLetterOrDigit) ? code : $"{cause.StatusCode}";
}
