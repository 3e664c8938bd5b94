using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Rayshard.Sharing;

/// <summary>
/// <c>evidence/manifest.json</c>: the files that say what rendered the bundle's frames. They differ from machine to machine where the frames do not, so
/// they travel with the bundle and are checked, but are no part of its digest.
/// </summary>
/// <param name="Bundle">Digest of the bundle that it belongs to.</param>
/// <param name="Files">The files, by name, all below <c>evidence/</c>.</param>
public sealed record Evidence(Digest Bundle, IReadOnlyList<BundleFile> Files)
{
    internal byte[] ToBytes() =>
    [
        .. CanonicalJson.Bytes(new JObject { ["bundle"] = Bundle.ToString(), ["files"] = new JArray(Files.Select(file => file.ToJson())) }),
        (byte)'\n',
    ];

    /// <exception cref="FormatException">It is none, or another bundle's.</exception>
    internal static Evidence Parse(ReadOnlySpan<byte> bytes, Digest bundle)
    {
        try
        {
            var json = JObject.Parse(new UTF8Encoding(false, true).GetString(bytes));
            var evidence = new Evidence(Digest.Parse(json.Value<string>("bundle")), [.. json["files"]!.Select(BundleFile.FromJson)]);
            var isRight = evidence.Bundle == bundle && evidence.Files.All(file => file.Name.StartsWith(BundleNames.EvidenceFolder, StringComparison.Ordinal) && file.Name != BundleNames.Evidence)
                && evidence.Files.DistinctBy(file => file.Name.ToUpperInvariant()).Count() == evidence.Files.Count;
            return isRight && evidence.ToBytes().AsSpan().SequenceEqual(bytes) ? evidence : throw new FormatException("it is another bundle's, or was edited");
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidCastException or NullReferenceException or OverflowException)
        {
            throw new FormatException("it is no list of evidence", e);
        }
    }
}
