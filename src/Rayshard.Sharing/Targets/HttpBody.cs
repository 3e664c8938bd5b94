using System.Net;
using System.Net.Http.Headers;

namespace Rayshard.Sharing.Targets;

/// <summary>What a server's answer holds, taken with suspicion.</summary>
internal static class HttpBody
{
    /// <summary>What to ask for so that a part of a file comes; nothing for the whole file, which servers without ranges have too.</summary>
    public static RangeHeaderValue? RangeOf(BundleFile file, long offset, long bytes) =>
        bytes == file.Bytes ? null : new(offset, offset + bytes < file.Bytes ? offset + bytes - 1 : null);

    /// <summary>The bytes from <paramref name="offset"/> on; disposing them disposes the answer. A server that ignores the range sends all, and what comes before is passed over.</summary>
    /// <exception cref="RayshardException">The answer is an error.</exception>
    /// <exception cref="IOException">It is another range than was asked for.</exception>
    public static async Task<Stream> OpenAsync(HttpResponseMessage answer, long offset, CancellationToken cancellation)
    {
        ThrowIfError(answer);
        var body = await answer.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        if (answer.StatusCode == HttpStatusCode.PartialContent)
        {
            return answer.Content.Headers.ContentRange?.From == offset ? body : throw new IOException("the server sends another range than was asked for");
        }

        var skipped = new byte[1 << 16];
        for (var left = offset; left > 0;)
        {
            var read = await body.ReadAsync(skipped.AsMemory(0, (int)Math.Min(skipped.Length, left)), cancellation).ConfigureAwait(false);
            left -= read > 0 ? read : throw new IOException("it ends too early");
        }

        return body;
    }

    /// <summary>All of a small body.</summary>
    /// <exception cref="RayshardException">The answer is an error, or larger than <paramref name="most"/> bytes.</exception>
    public static async Task<byte[]> ReadAsync(HttpResponseMessage answer, int most, CancellationToken cancellation)
    {
        ThrowIfError(answer);
        using var body = await answer.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        using var content = new MemoryStream();
        var buffer = new byte[1 << 16];
        try
        {
            for (int read; (read = await body.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0;)
            {
                content.Write(buffer, 0, read);
                if (content.Length > most)
                {
                    throw new RayshardException(ExitCode.NotSo, $"{Address(answer)}: sends more than {most} bytes, which no manifest has");
                }
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new RayshardException(ExitCode.Failed, $"{Address(answer)}: broke off: {e.Message}", e);
        }

        return content.ToArray();
    }

    /// <exception cref="RayshardException">The answer is an error.</exception>
    public static void ThrowIfError(HttpResponseMessage answer)
    {
        if (!answer.IsSuccessStatusCode)
        {
            throw new RayshardException(CodeOf(answer.StatusCode), $"{Address(answer)}: the server says {(int)answer.StatusCode} {answer.StatusCode}{(answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden ? ": it wants credentials, or others (docker login HOST, or skopeo login HOST)" : "")}");
        }
    }

    private static ExitCode CodeOf(HttpStatusCode status) => status is HttpStatusCode.NotFound or HttpStatusCode.Gone ? ExitCode.NotFound : ExitCode.Failed;

    private static string Address(HttpResponseMessage answer) => answer.RequestMessage?.RequestUri is { } address ? HttpSender.Shown(address) : "the server";
}
