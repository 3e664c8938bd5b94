using System.Globalization;
using System.Text.RegularExpressions;

namespace Rayshard.Storage;

/// <summary>Names of the files in a store. All come from an experiment's checked name, a digest and a number, none from a shard.</summary>
internal static partial class ShardPaths
{
    public const string Catalog = "catalog.sqlite";
    public const string Lock = "store.lock";
    public const string Experiment = "experiment.json";
    public const string Frames = "frames.parquet";
    public const string Blobs = "blobs.parquet";
    public const string Partial = ".partial";

    public static string Folder(string experiment, Digest shardSet) => $"{experiment}-{shardSet.ToString()[..12]}";

    /// <summary>Six digits, so that <c>name-{000000..000041}.tar</c> names them all; more where there are more than a million.</summary>
    public static string Shard(string experiment, int shard) => string.Create(CultureInfo.InvariantCulture, $"{experiment}-{shard:D6}.tar");

    /// <summary>The experiment's name in a folder's name.</summary>
    public static bool TryReadFolder(string name, out string experiment)
    {
        var match = FolderName().Match(name);
        experiment = match.Groups[1].Value;
        return match.Success;
    }

    /// <summary>The number in a shard's file name.</summary>
    public static bool TryReadShard(string file, string experiment, out int shard)
    {
        var match = ShardName().Match(file);
        shard = 0;
        return match.Success && match.Groups[1].Value == experiment
            && int.TryParse(match.Groups[2].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out shard)
            && Shard(experiment, shard) == file;
    }

    [GeneratedRegex(@"^([a-z][a-z0-9-]{0,39})-[0-9a-f]{12}\z")]
    private static partial Regex FolderName();

    [GeneratedRegex(@"^([a-z][a-z0-9-]{0,39})-([0-9]{6,10})\.tar\z")]
    private static partial Regex ShardName();
}
