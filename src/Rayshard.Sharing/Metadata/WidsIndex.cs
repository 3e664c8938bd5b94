using Newtonsoft.Json.Linq;

namespace Rayshard.Sharing.Metadata;

/// <summary>The list of shards that webdataset's <c>wids.ShardListDataset</c> opens (webdataset: wids/wids.py). The MD5 that it may have is left out: SHA-256 is beside it.</summary>
internal static class WidsIndex
{
    public static JObject Of(BundleContent content) => new()
    {
        ["__kind__"] = "wids-shard-index-v1",
        ["wids_version"] = 1,
        ["name"] = content.Name,
        ["shardlist"] = new JArray(content.Shards.Select(shard => new JObject
        {
            ["url"] = Path.GetFileName(shard.File.Name),
            ["nsamples"] = shard.Frames,
            ["filesize"] = shard.File.Bytes,
        })),
    };
}
