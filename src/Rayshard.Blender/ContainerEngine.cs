using System.Formats.Tar;
using System.Security.Cryptography;

namespace Rayshard.Blender;

/// <summary>An engine that runs containers on this machine and answers: Docker, or Podman.</summary>
/// <param name="Program">Path of its client.</param>
/// <param name="IsPodman">Whether it is Podman, by whatever name.</param>
internal sealed record ContainerEngine(string Program, bool IsPodman)
{
    private const int Links = 8;

    private static readonly string[] s_programs = ["docker", "podman"];

    /// <summary>Every engine that answers, the one to prefer first.</summary>
    /// <exception cref="RayshardException">There is none: not installed, not running, or not for this user (<see cref="ExitCode.MachineLacks"/>).</exception>
    public static async Task<IReadOnlyList<ContainerEngine>> FindAsync(CancellationToken now)
    {
        var (found, silent) = (new List<ContainerEngine>(), new List<string>());
        foreach (var program in s_programs.SelectMany(Installed))
        {
            var name = await Tool.RunAsync([program, "--version"], now).ConfigureAwait(false);
            var engine = new ContainerEngine(program, name.Output.Contains("podman", StringComparison.OrdinalIgnoreCase));
            var answer = await engine.AskAsync(["ps", "--quiet"], now).ConfigureAwait(false);
            if (answer.Code == 0)
            {
                found.Add(engine);
            }
            else
            {
                silent.Add($"{program} says '{answer.Error}'");
            }
        }

        return found.Count > 0 ? found : throw new RayshardException(ExitCode.MachineLacks, silent.Count == 0
            ? "provider 'container' needs Docker or Podman, and neither is installed: type sudo apt-get install -y docker.io"
            : $"provider 'container': no engine answers: {string.Join("; ", silent)}: start it, or let this user use it: sudo usermod -aG docker $USER, and log in again");
    }

    /// <summary>Asks it something.</summary>
    public Task<Tool> AskAsync(IReadOnlyList<string> arguments, CancellationToken now) => Tool.RunAsync([Program, .. arguments], now);

    /// <summary>Id of an image, <c>sha256:HEX</c>, as it is here; <c>null</c> where it is not.</summary>
    public async Task<string?> IdOfAsync(string image, CancellationToken now)
    {
        var answer = await AskAsync(["image", "inspect", "--format", "{{.Id}}", image], now).ConfigureAwait(false);
        return answer.Code != 0 ? null : answer.Output.StartsWith("sha256:", StringComparison.Ordinal) ? answer.Output : "sha256:" + answer.Output;
    }

    /// <summary>SHA-256 of a file in an image, links followed; <c>null</c> where there is none. Nothing of the image is run.</summary>
    public async Task<Digest?> DigestOfAsync(string image, string path, CancellationToken now)
    {
        // Marked as a run's, so that it does not stay behind where this process is killed now.
        using var run = RunFolder.Create(null, 0);
        var container = await AskAsync(["create", "--label", $"{Container.RunLabel}={run.Path}", "--pull", "never", "--network", "none", "--entrypoint", path, image], now).ConfigureAwait(false);
        if (container.Code != 0)
        {
            throw new RayshardException(ExitCode.MachineLacks, $"{Program} can't make a container of image '{image}': {container.Error}");
        }

        try
        {
            // Followed here, because only Docker's client has a flag for it.
            (Digest? Digest, string? Link) file = (null, path);
            for (var i = 0; i <= Links && file.Link is not null; i++)
            {
                path = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, file.Link));
                file = await CopyAsync($"{container.Output}:{path}", now).ConfigureAwait(false);
            }

            return file.Digest;
        }
        finally
        {
            await AskAsync(["rm", "--force", container.Output], CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Removes the containers of runs that are dead: of a host that was killed while its engine did not answer.</summary>
    public async Task RemoveStaleAsync(CancellationToken now)
    {
        var all = await AskAsync(["ps", "--all", "--quiet", "--filter", "label=" + Container.RunLabel], now).ConfigureAwait(false);
        foreach (var id in all.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var run = await AskAsync(["inspect", "--format", $"{{{{index .Config.Labels \"{Container.RunLabel}\"}}}}", id], now).ConfigureAwait(false);
            if (run.Code == 0 && RunFolder.IsStale(run.Output))
            {
                await AskAsync(["rm", "--force", id], now).ConfigureAwait(false);
            }
        }
    }

    // The file's digest, or where it leads; neither where it is not there.
    private async Task<(Digest? Digest, string? Link)> CopyAsync(string file, CancellationToken now)
    {
        (Digest? Digest, string? Link) found = default;
        var copy = await Tool.RunAsync([Program, "cp", file, "-"], now, async tar =>
        {
            found = await ReadFirstAsync(tar, now).ConfigureAwait(false);
            await tar.CopyToAsync(Stream.Null, now).ConfigureAwait(false);
        }).ConfigureAwait(false);
        return copy.Code == 0 ? found : default;
    }

    private static async Task<(Digest? Digest, string? Link)> ReadFirstAsync(Stream tar, CancellationToken now)
    {
        try
        {
            await using var entries = new TarReader(tar, leaveOpen: true);
            return await entries.GetNextEntryAsync(cancellationToken: now).ConfigureAwait(false) switch
            {
                { EntryType: TarEntryType.SymbolicLink } link => (null, link.LinkName),
                { DataStream: { } bytes } => (Digest.FromBytes(await SHA256.HashDataAsync(bytes, now).ConfigureAwait(false)), null),
                _ => default,
            };
        }
        catch (EndOfStreamException)
        {
            return default; // The client has nothing to copy, and says so by its exit code.
        }
    }

    private static IEnumerable<string> Installed(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Select(folder => Path.Combine(folder, program)).Where(File.Exists).Take(1);
}
