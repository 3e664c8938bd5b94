using System.Text;

namespace Rayshard.Sharing;

/// <summary>What is read first of a bundle, wherever it lies: its manifest and its evidence's.</summary>
public sealed class BundleHead
{
    private BundleHead(byte[] manifest, byte[]? evidence)
    {
        ManifestBytes = manifest;
        EvidenceBytes = evidence;
        Digest = Digest.Of(manifest);
        Manifest = BundleManifest.Parse(manifest);
        Evidence = evidence is null ? null : Evidence.Parse(evidence, Digest);
    }

    /// <summary>The bundle's digest: SHA-256 of <c>manifest.json</c>.</summary>
    public Digest Digest { get; }

    /// <summary>The content.</summary>
    public BundleManifest Manifest { get; }

    /// <summary>What says what rendered it; absent where nobody wrote it down.</summary>
    public Evidence? Evidence { get; }

    internal byte[] ManifestBytes { get; }

    internal byte[]? EvidenceBytes { get; }

    /// <summary>Every file that travels on its own, shards first: they are the large ones.</summary>
    internal IEnumerable<BundleFile> Files => Manifest.Files.Concat(Evidence?.Files ?? []).OrderByDescending(file => file.Bytes).ThenBy(file => file.Name, StringComparer.Ordinal);

    /// <summary>Reads it by the names of its files; nothing where there is no manifest.</summary>
    /// <param name="place">Where it is read from, for errors.</param>
    /// <param name="read">Gives a small file whole; nothing where there is none of that name.</param>
    /// <exception cref="RayshardException">What is there is no bundle's (<see cref="ExitCode.NotSo"/>).</exception>
    internal static async Task<BundleHead?> ReadAsync(string place, Func<string, Task<byte[]?>> read)
    {
        try
        {
            return await read(BundleNames.Manifest).ConfigureAwait(false) is { } manifest ? Parse(manifest, await read(BundleNames.Evidence).ConfigureAwait(false)) : null;
        }
        catch (FormatException e)
        {
            throw new RayshardException(ExitCode.NotSo, $"{place}: {e.Message}", e);
        }
    }

    /// <exception cref="FormatException">The bytes are none of a bundle.</exception>
    internal static BundleHead Parse(byte[] manifest, byte[]? evidence) => new(manifest, evidence);

    /// <summary><c>SHA256SUMS</c>, as <c>sha256sum -c</c> reads it: everything but itself.</summary>
    internal byte[] Sums()
    {
        var lines = Manifest.Files.Concat(Evidence?.Files ?? []).Select(file => (file.Name, file.Sha256)).Append((BundleNames.Manifest, Digest));
        if (EvidenceBytes is not null)
        {
            lines = lines.Append((BundleNames.Evidence, Digest.Of(EvidenceBytes)));
        }

        return Encoding.UTF8.GetBytes(string.Concat(lines.OrderBy(line => line.Item1, StringComparer.Ordinal).Select(line => $"{line.Item2}  {line.Item1}\n")));
    }
}
