using System.Diagnostics;
using System.Text;
using Rayshard.Sharing.Targets;

namespace Rayshard.Sharing.Tests.Targets;

/// <summary>A registry that wants tokens, as the public ones do, and passwords that a credential helper keeps.</summary>
public sealed class CredentialTests : IDisposable
{
    private readonly Workshop _shop = new();

    [Fact]
    public void With_the_password_of_a_credential_helper_a_token_is_fetched_and_no_secret_is_left_anywhere()
    {
        using var tokens = new TokenServer(_shop[""]);
        using var registry = Peer.Registry(_shop["registry"], tokens: tokens);
        Helper(registry.Host);
        var bundle = _shop.Bundle();

        var pushed = Run("push", $"oci:{registry.Host}/ada/synthetic:v1", bundle.Folder);
        var pulled = Run("pull", $"oci:{registry.Host}/ada/synthetic:v1", _shop["pulled"]);

        Assert.True(pushed.Code == 0, pushed.Said);
        Assert.True(pulled.Code == 0, pulled.Said);
        Assert.Equal("", Workshop.Run("/", "diff", "--recursive", bundle.Folder, _shop["pulled"]));
        Assert.Contains(tokens.Requests, request => request.Query.Contains("scope=repository%3Aada%2Fsynthetic%3Apull%2Cpush", StringComparison.Ordinal));
        string[] secrets = ["s3cret", Convert.ToBase64String("ada:s3cret"u8), Convert.ToHexStringLower("s3cret"u8)];
        var left = new[] { "bundle", "pulled", "state" }.Where(name => Directory.Exists(_shop[name])).SelectMany(name => Directory.GetFiles(_shop[name], "*", SearchOption.AllDirectories)).Select(file => Encoding.Latin1.GetString(File.ReadAllBytes(file)));
        Assert.All(left.Append(pushed.Said).Append(pulled.Said), text => Assert.All(secrets, secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_realm_on_another_host_is_not_given_the_password()
    {
        using var thief = new TokenServer(_shop[""], "127.0.0.2");
        using var registry = Peer.Registry(_shop["registry"], tokens: thief);
        using var target = new OciTarget(OciReference.Parse($"oci:{registry.Host}/ada/synthetic:v1", "to"), _shop["state"], _ => Convert.ToBase64String("ada:s3cret"u8));

        var refused = await Assert.ThrowsAsync<RayshardException>(() => target.ReadHeadAsync(CancellationToken.None));

        Assert.Equal($"{registry.Host}: wants credentials sent to another site than its own; they were not", refused.Message);
        Assert.Empty(thief.Requests);
    }

    [Fact]
    public async Task A_wrong_password_is_refused_in_one_line_without_it()
    {
        using var tokens = new TokenServer(_shop[""]);
        using var registry = Peer.Registry(_shop["registry"], tokens: tokens);
        using var target = new OciTarget(OciReference.Parse($"oci:{registry.Host}/ada/synthetic:v1", "to"), _shop["state"], _ => Convert.ToBase64String("ada:wr0ng"u8));

        var refused = await Assert.ThrowsAsync<RayshardException>(() => target.ReadHeadAsync(CancellationToken.None));

        Assert.StartsWith($"{tokens.Realm}: the server says 401", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wr0ng", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToBase64String("ada:wr0ng"u8), refused.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _shop.Dispose();

    private void Helper(string host)
    {
        Directory.CreateDirectory(_shop["docker"]);
        File.WriteAllText(_shop["docker/config.json"], $$"""{"credHelpers": {"{{host}}": "kit"} }""");
        File.WriteAllText(_shop["docker/docker-credential-kit"], $$"""
            #!/bin/sh
            [ "$1" = get ] && [ "$(cat)" = "{{host}}" ] && echo '{"ServerURL": "{{host}}", "Username": "ada", "Secret": "s3cret"}'

            """);
        File.SetUnixFileMode(_shop["docker/docker-credential-kit"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    private (int Code, string Said) Run(string verb, string place, string folder)
    {
        using var host = Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "ShareHost"), [verb, place, folder, _shop["state"]])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["DOCKER_CONFIG"] = _shop["docker"], ["PATH"] = $"{_shop["docker"]}:{Environment.GetEnvironmentVariable("PATH")}" },
        })!;
        var error = host.StandardError.ReadToEndAsync();
        var said = host.StandardOutput.ReadToEnd() + error.GetAwaiter().GetResult();
        host.WaitForExit();
        return (host.ExitCode, said);
    }
}
