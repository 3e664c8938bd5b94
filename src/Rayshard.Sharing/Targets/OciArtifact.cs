using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Rayshard.Sharing.Targets;

/// <summary>
/// A bundle as an OCI artifact (image-spec 1.1): the bundle's manifest is the config, every file a layer. What is read back is found by digest alone;
/// titles are for other tools, and are never read.
/// </summary>
internal static class OciArtifact
{
    public const string ArtifactType = "application/vnd.rayshard.bundle.v1";
    public const string ConfigType = "application/vnd.rayshard.bundle.manifest.v1+json";
    public const string ShardType = "application/vnd.rayshard.shard.v1.tar";
    public const string FileType = "application/vnd.rayshard.file.v1";
    public const string EvidenceType = "application/vnd.rayshard.evidence.v1+json";

    public const string ProvenanceType = "application/vnd.in-toto+json";
    public const string PreviewType = "image/png";
    public const string IndexType = "application/vnd.oci.image.index.v1+json";

    private const string TagKey = "org.opencontainers.image.ref.name";
    private const string EmptyType = "application/vnd.oci.empty.v1+json";

    /// <summary>The content of a config that says nothing.</summary>
    public static byte[] Empty => "{}"u8.ToArray();

    /// <exception cref="RayshardException">It has more files than a registry's manifest can name.</exception>
    public static byte[] Of(BundleHead head)
    {
        var layers = head.Manifest.Files.Concat(head.Evidence?.Files ?? []).Select(file => Layer(file.Name.EndsWith(".tar", StringComparison.Ordinal) ? ShardType : FileType, file.Sha256, file.Bytes, file.Name));
        if (head.EvidenceBytes is { } evidence)
        {
            layers = layers.Append(Layer(EvidenceType, Digest.Of(evidence), evidence.Length, BundleNames.Evidence));
        }

        var bytes = Encoding.UTF8.GetBytes(new JObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = OciClient.ManifestType,
            ["artifactType"] = ArtifactType,
            ["config"] = Descriptor(ConfigType, head.Digest, head.ManifestBytes.Length),
            ["layers"] = new JArray(layers),
            ["annotations"] = new JObject { ["org.opencontainers.image.title"] = head.Manifest.Experiment, ["org.opencontainers.image.licenses"] = head.Manifest.License },
        }.ToString(Formatting.None));
        return bytes.Length <= OciClient.MaxManifestBytes ? bytes
            : throw new RayshardException(ExitCode.AskedWrongly, $"{head.Manifest.Experiment}: {head.Manifest.Files.Count} files are more than a registry takes in one artifact (4 MiB of manifest, some 12,000 files): make larger shards, or push to folder:");
    }

    /// <summary>
    /// The provenance and the preview as referrers: manifests whose subject is the bundle's, so that tools that ask what is known of an artifact find
    /// them. Their blobs are there already, as the bundle's files. None for what the bundle does not have.
    /// </summary>
    public static IEnumerable<(byte[] Manifest, string Type)> Referrers(BundleHead head, byte[] artifact) =>
        new[] { (Metadata.Provenance.FileName, ProvenanceType), (BundleNames.Preview, PreviewType) }
            .Join(head.Evidence?.Files ?? [], kind => kind.Item1, file => file.Name, (kind, file) => (Referrer(file, kind.Item2, artifact), kind.Item2));

    /// <summary>A list of manifests, as <c>index.json</c> and as the tag of referrers: that one with another manifest in it.</summary>
    /// <param name="index">The list so far; nothing: a new one.</param>
    /// <param name="manifest">The manifest to add.</param>
    /// <param name="type">Its artifact type.</param>
    /// <param name="tag">The name that it gets, and the one that had it loses; nothing: none.</param>
    /// <exception cref="FormatException">It is no list.</exception>
    public static byte[] Index(byte[]? index, byte[] manifest, string type, string? tag)
    {
        var added = Descriptor(OciClient.ManifestType, Digest.Of(manifest), manifest.Length);
        added["artifactType"] = type;
        if (tag is not null)
        {
            added["annotations"] = new JObject { [TagKey] = tag };
        }

        try
        {
            var json = index is null ? new JObject { ["schemaVersion"] = 2, ["mediaType"] = IndexType, ["manifests"] = new JArray() } : JObject.Parse(Encoding.UTF8.GetString(index));
            var others = (JArray)json["manifests"]!;
            json["manifests"] = new JArray(others.Where(other => tag is null ? other.Value<string>("digest") != added.Value<string>("digest") : other["annotations"]?.Value<string>(TagKey) != tag).Append(added));
            return Encoding.UTF8.GetBytes(json.ToString(Formatting.None));
        }
        catch (Exception e) when (e is JsonException or NullReferenceException or InvalidCastException)
        {
            throw new FormatException("its list of manifests is none", e);
        }
    }

    /// <summary>The digest of the manifest with a name; nothing where there is none.</summary>
    /// <exception cref="FormatException">It is no list.</exception>
    public static Digest? Find(byte[] index, string tag)
    {
        try
        {
            var found = JObject.Parse(Encoding.UTF8.GetString(index))["manifests"]!.FirstOrDefault(manifest => manifest["annotations"]?.Value<string>(TagKey) == tag);
            return found is null ? null : DigestOf(found);
        }
        catch (Exception e) when (e is JsonException or NullReferenceException or InvalidCastException or ArgumentException)
        {
            throw new FormatException("its list of manifests is none", e);
        }
    }

    /// <summary>The digests of the bundle's manifest and of its evidence's.</summary>
    /// <exception cref="FormatException">It is no bundle's artifact.</exception>
    public static (Digest Manifest, Digest? Evidence) Parse(byte[] bytes)
    {
        try
        {
            var json = JObject.Parse(Encoding.UTF8.GetString(bytes));
            if (json["config"]!.Value<string>("mediaType") != ConfigType)
            {
                throw new FormatException("it is no bundle but something else");
            }

            var evidence = json["layers"]!.FirstOrDefault(layer => layer.Value<string>("mediaType") == EvidenceType);
            return (DigestOf(json["config"]!), evidence is null ? null : DigestOf(evidence));
        }
        catch (Exception e) when (e is JsonException or NullReferenceException or InvalidCastException or ArgumentException)
        {
            throw new FormatException("its manifest is none", e);
        }
    }

    private static byte[] Referrer(BundleFile file, string type, byte[] artifact) =>
        Encoding.UTF8.GetBytes(new JObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = OciClient.ManifestType,
            ["artifactType"] = type,
            ["config"] = Descriptor(EmptyType, Digest.Of(Empty), Empty.Length),
            ["layers"] = new JArray(Layer(type, file.Sha256, file.Bytes, Path.GetFileName(file.Name))),
            ["subject"] = Descriptor(OciClient.ManifestType, Digest.Of(artifact), artifact.Length),
        }.ToString(Formatting.None));

    private static Digest DigestOf(JToken descriptor) =>
        descriptor.Value<string>("digest") is { } text && text.StartsWith("sha256:", StringComparison.Ordinal) ? Digest.Parse(text.AsSpan("sha256:".Length)) : throw new FormatException("its manifest is none");

    private static JObject Layer(string type, Digest digest, long bytes, string title)
    {
        var layer = Descriptor(type, digest, bytes);
        layer["annotations"] = new JObject { ["org.opencontainers.image.title"] = title };
        return layer;
    }

    private static JObject Descriptor(string type, Digest digest, long bytes) => new() { ["mediaType"] = type, ["digest"] = $"sha256:{digest}", ["size"] = bytes };
}
