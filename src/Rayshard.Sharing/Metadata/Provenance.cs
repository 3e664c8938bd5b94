using Newtonsoft.Json.Linq;

namespace Rayshard.Sharing.Metadata;

/// <summary>
/// <c>evidence/provenance.intoto.json</c>: an in-toto Statement v1 with SLSA provenance v1. It says of this bundle that these shards came from that
/// experiment and that Blender; not signed.
/// </summary>
internal static class Provenance
{
    public const string FileName = BundleNames.EvidenceFolder + "provenance.intoto.json";

    public static JObject Of(BundleContent content, BundleManifest manifest, IReadOnlyList<BundleFile> fingerprints)
    {
        var inputs = manifest.Files.Where(file => file.Name.StartsWith("experiment/", StringComparison.Ordinal));
        return new()
        {
            ["_type"] = "https://in-toto.io/Statement/v1",
            ["subject"] = new JArray(manifest.Shards.Select(Resource).Prepend(new JObject { ["name"] = BundleNames.Manifest, ["digest"] = Sha256(Digest.Of(manifest.ToBytes())) })),
            ["predicateType"] = "https://slsa.dev/provenance/v1",
            ["predicate"] = new JObject
            {
                ["buildDefinition"] = new JObject
                {
                    ["buildType"] = "urn:rayshard:render:1",
                    ["externalParameters"] = new JObject { ["experiment"] = content.Name, ["settings"] = content.Plan.Settings.ToString(), ["shard_set"] = content.Plan.ShardSet.ToString() },
                    ["resolvedDependencies"] = new JArray(inputs.Select(Resource).Append(new JObject { ["name"] = "blender", ["uri"] = Address(content.Toolchain) })),
                },
                ["runDetails"] = new JObject
                {
                    ["builder"] = new JObject { ["id"] = "urn:rayshard:kit:1" },
                    ["byproducts"] = new JArray(fingerprints.Select(Resource)),
                },
            },
        };
    }

    // in-toto asks of whatever has no digest for an address, and recommends purls; the pin itself, by digest, is one of the inputs.
    private static string Address(ToolchainPin pin) => pin.PackageVersion.Length > 0
        ? $"pkg:deb/debian/blender@{Uri.EscapeDataString(pin.PackageVersion)}"
        : $"pkg:generic/blender@{pin.Version}?checksum=sha256:{pin.Build.Replace("sha256:", "", StringComparison.Ordinal)}";

    private static JObject Resource(BundleFile file) => new() { ["name"] = file.Name, ["digest"] = Sha256(file.Sha256) };

    private static JObject Sha256(Digest digest) => new() { ["sha256"] = digest.ToString() };
}
