using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Newtonsoft.Json.Linq;

namespace Rayshard.Sharing.Tests;

/// <summary>Gives tokens to Ada, as GHCR and Docker Hub do: signed, for an hour, for what the scope names. The registry checks them by the certificate.</summary>
internal sealed class TokenServer : IDisposable
{
    public const string Service = "kit";

    private readonly HttpListener _listener = new();
    private readonly RSA _key = RSA.Create(2048);
    private readonly X509Certificate2 _certificate;

    public TokenServer(string folder, string host = "127.0.0.1")
    {
        var request = new CertificateRequest("CN=kit", _key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, true));
        _certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        Bundle = Path.Combine(folder, $"{Guid.NewGuid():N}.pem");
        File.WriteAllText(Bundle, _certificate.ExportCertificatePem());
        Realm = string.Create(CultureInfo.InvariantCulture, $"http://{host}:{Peer.FreePort()}/token");
        _listener.Prefixes.Add(Realm[..^"token".Length]);
        _listener.Start();
        _ = ServeAsync();
    }

    /// <summary>Its address.</summary>
    public string Realm { get; }

    /// <summary>The certificate, as a file.</summary>
    public string Bundle { get; }

    /// <summary>What each request had as authorization and asked for.</summary>
    public ConcurrentQueue<(string? Authorization, string Query)> Requests { get; } = [];

    public void Dispose()
    {
        _listener.Close();
        _certificate.Dispose();
        _key.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var context = await _listener.GetContextAsync();
                var authorization = context.Request.Headers["Authorization"];
                Requests.Enqueue((authorization, context.Request.Url!.Query));
                var isAda = authorization == "Basic " + Convert.ToBase64String("ada:s3cret"u8);
                context.Response.StatusCode = isAda ? 200 : 401;
                var body = isAda ? Encoding.UTF8.GetBytes(new JObject { ["token"] = Token(context.Request.QueryString["scope"]!) }.ToString()) : [];
                await context.Response.OutputStream.WriteAsync(body);
                context.Response.Close();
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
        }
    }

    private string Token(string scope)
    {
        var (now, part) = (DateTimeOffset.UtcNow.ToUnixTimeSeconds(), scope.Split(':'));
        var header = new JObject { ["typ"] = "JWT", ["alg"] = "RS256", ["x5c"] = new JArray(Convert.ToBase64String(_certificate.RawData)) };
        var claims = new JObject
        {
            ["iss"] = "kit",
            ["sub"] = "ada",
            ["aud"] = Service,
            ["exp"] = now + 3600,
            ["nbf"] = now - 60,
            ["iat"] = now,
            ["jti"] = "1",
            ["access"] = new JArray(new JObject { ["type"] = part[0], ["name"] = part[1], ["actions"] = new JArray(part[2].Split(',')) }),
        };
        var signed = $"{Coded(Encoding.UTF8.GetBytes(header.ToString()))}.{Coded(Encoding.UTF8.GetBytes(claims.ToString()))}";
        return $"{signed}.{Coded(_key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    private static string Coded(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
