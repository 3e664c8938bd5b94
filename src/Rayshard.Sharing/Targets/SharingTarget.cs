using System.Net;

namespace Rayshard.Sharing.Targets;

/// <summary>Opens targets by reference: <c>folder:DIR</c>, <c>https://host/path</c>, <c>oci:host/repository:tag</c>, <c>s3:bucket/prefix</c>.</summary>
public static class SharingTarget
{
    /// <summary>Opens one; nothing is asked of it yet.</summary>
    /// <param name="reference">The reference.</param>
    /// <param name="flag">The flag that said so, for errors.</param>
    /// <param name="stateFolder">Folder for what lets an interrupted push go on: addresses of unfinished uploads.</param>
    /// <exception cref="RayshardException">It is no reference (<see cref="ExitCode.AskedWrongly"/>).</exception>
    public static ISharingTarget Open(string reference, string flag, string stateFolder)
    {
        var scheme = reference.Split(':')[0];
        return scheme switch
        {
            "folder" => new FolderTarget(reference["folder:".Length..]),
            "http" or "https" when Uri.TryCreate(reference, UriKind.Absolute, out var address) => new HttpsTarget(Checked(address, flag)),
            "oci" when OciLayoutTarget.Is(reference) => new OciLayoutTarget(reference, flag),
            "oci" => new OciTarget(OciReference.Parse(reference, flag), stateFolder, DockerCredentials.For),
            "s3" => new S3Target(S3Reference.Parse(reference, flag), stateFolder),
            _ => throw new RayshardException(ExitCode.AskedWrongly, $"--{flag}={Hidden(reference)}: no place of a kind that is known: folder:DIR, https://HOST/PATH, oci:HOST/REPOSITORY:TAG or s3:BUCKET/PREFIX"),
        };
    }

    /// <summary>Whether a host is this machine, so that plain http shows nothing to anyone.</summary>
    internal static bool IsLoopback(string host) => host == "localhost" || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static Uri Checked(Uri address, string flag) =>
        address.UserInfo.Length > 0 ? throw new RayshardException(ExitCode.AskedWrongly, $"--{flag}: no user or password in an address: others see the command line")
        : address.Scheme == Uri.UriSchemeHttp && !IsLoopback(address.Host) ? throw new RayshardException(ExitCode.AskedWrongly, $"--{flag}={address}: plain http: write https://")
        : address;

    // A password in an address must not come back in a message.
    private static string Hidden(string reference) => reference.Contains('@', StringComparison.Ordinal) && reference.Contains("//", StringComparison.Ordinal) ? reference.Split("//")[0] + "//..." : reference;
}
