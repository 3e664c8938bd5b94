using Newtonsoft.Json;

namespace Rayshard.Reporting;

/// <summary>A note as it is on the disk.</summary>
[JsonObject(ItemRequired = Required.Always)]
internal sealed record NotedVerify(string Store, DateTimeOffset Began, bool Quick, bool Ended, IReadOnlyList<NotedShard> Shards, long FaultCount, IReadOnlyList<NotedFault> Faults)
{
    public const string FileName = "verify.json";

    /// <summary>Reads one; nothing where it is torn or of another form.</summary>
    public static NotedVerify? TryRead(string file)
    {
        try
        {
            return JsonConvert.DeserializeObject<NotedVerify>(File.ReadAllText(file), new JsonSerializerSettings { MaxDepth = 8 });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Whether a file was there when this was found, and nobody has written it since.</summary>
    public bool IsUnwritten(string path) => File.Exists(path) && File.GetLastWriteTimeUtc(path) <= Began;
}

/// <summary>A shard that was read.</summary>
[JsonObject(ItemRequired = Required.Always)]
internal sealed record NotedShard(string Name, long Bytes, string Manifest, int Faults);

/// <summary>A fault that was found.</summary>
[JsonObject(ItemRequired = Required.Always)]
internal sealed record NotedFault(string File, string Text, bool Existed);
