using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Rayshard.Sharing.Targets;

/// <summary>
/// User and password for a registry, from where <c>docker login</c>, <c>podman login</c> and <c>skopeo login</c> put them: <c>config.json</c> or
/// <c>auth.json</c>, and the credential helpers that these name. Nothing is ever written, shown, or taken from the command line.
/// </summary>
internal static partial class DockerCredentials
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>What is known for a host, as the value of a Basic authorization; nothing where there is nothing.</summary>
    public static string? For(string host)
    {
        foreach (var config in Configs())
        {
            var found = config["credHelpers"]?[host]?.Value<string>() is { } own ? FromHelper(own, host)
                : config["auths"]?[host]?["auth"]?.Value<string>() is { Length: > 0 } plain ? plain
                : config["credsStore"]?.Value<string>() is { } store ? FromHelper(store, host)
                : null;
            if (found is not null)
            {
                return found;
            }
        }

        return null;
    }

    private static IEnumerable<JObject> Configs()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var docker = Environment.GetEnvironmentVariable("DOCKER_CONFIG") is { Length: > 0 } folder ? folder : Path.Combine(home, ".docker");
        string?[] files =
        [
            Environment.GetEnvironmentVariable("REGISTRY_AUTH_FILE"),
            Path.Combine(docker, "config.json"),
            Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } run ? Path.Combine(run, "containers", "auth.json") : null,
        ];
        foreach (var file in files.Where(File.Exists))
        {
            JObject? config = null;
            try
            {
                config = JObject.Parse(File.ReadAllText(file!));
            }
            catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
            {
                // Not ours, and its text may hold secrets: not a word of it.
                throw new RayshardException(ExitCode.Failed, $"{file}: can't be read as the configuration of docker: repair it, or log in again");
            }

            yield return config;
        }
    }

    // github.com/docker/docker-credential-helpers: the host on standard input, {"Username", "Secret"} on standard output.
    private static string? FromHelper(string name, string host)
    {
        if (!HelperName().IsMatch(name))
        {
            return null;
        }

        try
        {
            using var helper = Process.Start(new ProcessStartInfo($"docker-credential-{name}", "get") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
            helper.StandardInput.Write(host);
            helper.StandardInput.Close();
            _ = helper.StandardError.ReadToEndAsync();
            var answer = helper.StandardOutput.ReadToEndAsync();
            if (!helper.WaitForExit(s_patience))
            {
                helper.Kill();
                return null;
            }

            return helper.ExitCode == 0 && JObject.Parse(answer.GetAwaiter().GetResult()) is var json && json.Value<string>("Username") is { } user && json.Value<string>("Secret") is { } secret
                ? Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{secret}"))
                : null;
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or JsonException or IOException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z")]
    private static partial Regex HelperName();
}
