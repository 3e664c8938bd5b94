using System.Text.RegularExpressions;

namespace Rayshard.Sharing.Targets;

/// <summary>A bundle in a registry: <c>oci:HOST/REPOSITORY:TAG</c>, or <c>@sha256:DIGEST</c> of its OCI manifest.</summary>
/// <param name="Host">Host, and port where it has one.</param>
/// <param name="Repository">Name of the repository.</param>
/// <param name="Tag">The tag, or the digest where <paramref name="Digest"/> is given.</param>
/// <param name="Digest">The OCI manifest's digest, where the reference pins it.</param>
internal sealed partial record OciReference(string Host, string Repository, string Tag, Digest? Digest)
{
    /// <summary>The registry. Plain http on this machine alone.</summary>
    public Uri Registry => new($"{(SharingTarget.IsLoopback(new Uri("https://" + Host).Host) ? "http" : "https")}://{Host}/");

    /// <exception cref="RayshardException">It is none.</exception>
    public static OciReference Parse(string reference, string flag)
    {
        var match = Form().Match(reference);
        if (!match.Success || !Uri.TryCreate("https://" + match.Groups["host"].Value, UriKind.Absolute, out _))
        {
            throw new RayshardException(ExitCode.AskedWrongly, $"--{flag}: no bundle in a registry is called so: write oci:HOST/REPOSITORY:TAG, all but the tag in small letters, like oci:ghcr.io/ada/lamps:v1");
        }

        var digest = match.Groups["digest"] is { Success: true } group ? Rayshard.Digest.Parse(group.Value) : (Digest?)null;
        var tag = digest is { } pinned ? $"sha256:{pinned}" : match.Groups["tag"] is { Success: true } named ? named.Value : "latest";
        return new(match.Groups["host"].Value, match.Groups["repository"].Value, tag, digest);
    }

    // Names and tags as the distribution specification has them.
    [GeneratedRegex(@"^oci:(?://)?(?<host>[A-Za-z0-9.-]+(?::\d{1,5})?|\[[0-9a-f:]+\](?::\d{1,5})?)/(?<repository>[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*)(?::(?<tag>[A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?(?:@sha256:(?<digest>[0-9a-f]{64}))?\z")]
    private static partial Regex Form();
}
