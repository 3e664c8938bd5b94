using Newtonsoft.Json.Linq;

namespace Rayshard.Sharing;

/// <summary>A file of a bundle.</summary>
/// <param name="Name">Its name below the bundle's folder, with <c>/</c>; one that <see cref="BundleNames"/> allows.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">Its digest.</param>
/// <param name="Type">Its media type.</param>
public sealed record BundleFile(string Name, long Bytes, Digest Sha256, string Type)
{
    /// <summary>Media types, by what a name ends in.</summary>
    internal static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".tar" => "application/x-tar",
        ".parquet" => "application/vnd.apache.parquet",
        ".npy" => "application/x-npy",
        ".png" => "image/png",
        ".json" => "application/json",
        ".py" => "text/x-python",
        ".md" => "text/markdown",
        ".idx" or ".lock" or "" => "text/plain",
        _ => "application/octet-stream",
    };

    internal JObject ToJson() => new() { ["bytes"] = Bytes, ["name"] = Name, ["sha256"] = Sha256.ToString(), ["type"] = Type };

    internal static BundleFile FromJson(JToken json)
    {
        var file = new BundleFile(json.Value<string>("name")!, json.Value<long>("bytes"), Digest.Parse(json.Value<string>("sha256")), json.Value<string>("type")!);
        return BundleNames.IsLegal(file.Name) && file.Bytes >= 0
            ? file
            : throw new FormatException("it names a file that no bundle may hold (a path that leads out, or characters beyond A-Z a-z 0-9 . _ -)");
    }
}
