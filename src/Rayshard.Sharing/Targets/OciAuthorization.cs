using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Rayshard.Sharing.Targets;

/// <summary>Answers a registry's challenge: Basic, or a Bearer token from the realm that it names, if that is one to be trusted with credentials.</summary>
internal sealed partial class OciAuthorization(HttpSender http, OciReference reference, Func<string, string?> credentials)
{
    private const int MaxTokenBytes = 1 << 20;

    /// <summary>What to send with requests to the registry; nothing before it was asked for.</summary>
    public AuthenticationHeaderValue? Current { get; private set; }

    /// <summary>Reads the challenge of a 401.</summary>
    /// <param name="refusal">The 401.</param>
    /// <param name="used">What the refused request had; where another request has found better since, that is to be tried.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>Whether trying again has a point.</returns>
    /// <exception cref="RayshardException">The realm is not to be trusted, or refuses us.</exception>
    public async Task<bool> AnswerAsync(HttpResponseMessage refusal, AuthenticationHeaderValue? used, CancellationToken cancellation)
    {
        if (Current != used)
        {
            return true;
        }

        var basic = credentials(reference.Host);
        foreach (var challenge in refusal.Headers.WwwAuthenticate)
        {
            if (challenge.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
            {
                Current = new("Bearer", await TokenAsync(challenge.Parameter ?? "", basic, cancellation).ConfigureAwait(false));
                return true;
            }

            if (challenge.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase) && basic is not null && used is null)
            {
                Current = new("Basic", basic);
                return true;
            }
        }

        return false;
    }

    private async Task<string> TokenAsync(string challenge, string? basic, CancellationToken cancellation)
    {
        var fields = Field().Matches(challenge).ToDictionary(match => match.Groups[1].Value.ToUpperInvariant(), match => match.Groups[2].Value);
        var realm = Realm(fields.GetValueOrDefault("REALM"));
        var scope = $"repository:{reference.Repository}:pull,push";
        var address = new Uri($"{realm.GetLeftPart(UriPartial.Path)}?service={Uri.EscapeDataString(fields.GetValueOrDefault("SERVICE") ?? "")}&scope={Uri.EscapeDataString(scope)}");
        using var answer = await http.SendAsync(
            () => new(HttpMethod.Get, address) { Headers = { Authorization = basic is null ? null : new("Basic", basic) } }, cancellation).ConfigureAwait(false);
        var body = await HttpBody.ReadAsync(answer, MaxTokenBytes, cancellation).ConfigureAwait(false);
        try
        {
            var json = JObject.Parse(System.Text.Encoding.UTF8.GetString(body));
            return json.Value<string>("token") ?? json.Value<string>("access_token") ?? throw new JsonException("no token");
        }
        catch (JsonException)
        {
            throw new RayshardException(ExitCode.Failed, $"{HttpSender.Shown(address)}: gives no token");
        }
    }

    // Whoever answers for the registry could send our password anywhere: only to its own site, and never in the clear.
    private Uri Realm(string? text)
    {
        var registry = reference.Registry;
        var isRight = Uri.TryCreate(text, UriKind.Absolute, out var realm) && realm.UserInfo.Length == 0
            && (realm.Scheme == Uri.UriSchemeHttps || (realm.Scheme == Uri.UriSchemeHttp && SharingTarget.IsLoopback(realm.Host) && SharingTarget.IsLoopback(registry.Host)))
            && (realm.Host == registry.Host || Site(realm.Host) == Site(registry.Host));
        return isRight ? realm! : throw new RayshardException(ExitCode.Failed, $"{reference.Host}: wants credentials sent to another site than its own; they were not");
    }

    private static string Site(string host) => IPAddress.TryParse(host.Trim('[', ']'), out _) ? host : string.Join('.', host.Split('.')[^Math.Min(2, host.Split('.').Length)..]);

    [GeneratedRegex("""([A-Za-z_]+)="([^"]*)"|([A-Za-z_]+)=([^",\s]+)""")]
    private static partial Regex Field();
}
