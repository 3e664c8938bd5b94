using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Rayshard.Sharing;

/// <summary>
/// A bundle's <c>manifest.json</c>: what is in it, file by file. Its SHA-256 is the bundle's digest. Nothing of host or time is in it, so the same
/// frames give the same digest on every machine.
/// </summary>
public sealed record BundleManifest
{
    /// <summary>Version of the bundle's format.</summary>
    public const int Version = 1;

    // Some 160 bytes a file: more than 400,000 shards.
    internal const int MaxBytes = 128 << 20;

    /// <summary>Name of the experiment.</summary>
    public required string Experiment { get; init; }

    /// <summary>What decides the shards' bytes, <see cref="FramePlan.ShardSet"/>.</summary>
    public required Digest ShardSet { get; init; }

    /// <summary>Frames that the experiment has.</summary>
    public required long Planned { get; init; }

    /// <summary>Frames that the bundle holds.</summary>
    public required long Frames { get; init; }

    /// <summary>SHA-256 over the record addresses of all frames in order, each as 64 hex digits and a line feed: equal for bundles whose frames agree bit for bit.</summary>
    public required Digest Records { get; init; }

    /// <summary>Licence, SPDX.</summary>
    public required string License { get; init; }

    /// <summary>What was selected of a larger experiment, in the words of the command line; absent: nothing was left out on purpose.</summary>
    public IReadOnlyDictionary<string, string>? Selection { get; init; }

    /// <summary>Every file but this one, the sums and the evidence; by name.</summary>
    public required IReadOnlyList<BundleFile> Files { get; init; }

    /// <summary>Bytes of all of them.</summary>
    public long Bytes => Files.Sum(file => file.Bytes);

    /// <summary>The shards among them.</summary>
    public IEnumerable<BundleFile> Shards => Files.Where(file => file.Name.StartsWith(BundleNames.ShardFolder, StringComparison.Ordinal) && file.Name.EndsWith(".tar", StringComparison.Ordinal));

    /// <summary>The canonical bytes.</summary>
    public byte[] ToBytes()
    {
        var json = new JObject
        {
            ["experiment"] = Experiment,
            ["files"] = new JArray(Files.Select(file => file.ToJson())),
            ["frames"] = Frames,
            ["license"] = License,
            ["planned"] = Planned,
            ["rayshard_bundle"] = Version,
            ["records"] = Records.ToString(),
            ["shard_set"] = ShardSet.ToString(),
        };
        if (Selection is not null)
        {
            json["selection"] = new JObject(Selection.Select(part => new JProperty(part.Key, part.Value)));
        }

        return [.. CanonicalJson.Bytes(json), (byte)'\n'];
    }

    /// <summary>Reads one, strictly: only canonical bytes are a manifest, and only names that may become paths are in it.</summary>
    /// <exception cref="FormatException">It is none; the message says why, in a clause without a stranger's text.</exception>
    public static BundleManifest Parse(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var text = new UTF8Encoding(false, true).GetString(bytes);
            using var reader = new JsonTextReader(new StringReader(text)) { MaxDepth = 8, DateParseHandling = DateParseHandling.None };
            var json = JObject.Load(reader, new() { DuplicatePropertyNameHandling = DuplicatePropertyNameHandling.Error });
            var version = json.Value<int>("rayshard_bundle");
            if (version != Version)
            {
                throw new FormatException($"it is of format {version}, and this kit reads format {Version}");
            }

            var manifest = new BundleManifest
            {
                Experiment = json.Value<string>("experiment")!,
                ShardSet = Digest.Parse(json.Value<string>("shard_set")),
                Planned = json.Value<long>("planned"),
                Frames = json.Value<long>("frames"),
                Records = Digest.Parse(json.Value<string>("records")),
                License = json.Value<string>("license")!,
                Selection = json["selection"] is JObject selection ? selection.Properties().ToDictionary(part => part.Name, part => (string)part.Value!) : null,
                Files = [.. json["files"]!.Select(BundleFile.FromJson)],
            };
            manifest.Check();
            return manifest.ToBytes().AsSpan().SequenceEqual(bytes) ? manifest : throw new FormatException("it is not in canonical form: somebody edited or damaged it");
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidCastException or NullReferenceException or OverflowException)
        {
            throw new FormatException("it is no manifest of a bundle", e);
        }
    }

    private void Check()
    {
        if (!BundleNames.IsLegal(Experiment) || Experiment.Contains('/', StringComparison.Ordinal))
        {
            throw new FormatException("the experiment's name is none");
        }

        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { BundleNames.Manifest, BundleNames.Sums };
        if (Files.FirstOrDefault(file => !names.Add(file.Name) || file.Name.StartsWith(BundleNames.EvidenceFolder, StringComparison.OrdinalIgnoreCase)) is { } wrong)
        {
            throw new FormatException($"'{wrong.Name}' is there twice, or is no name for a file of the content");
        }
    }
}
