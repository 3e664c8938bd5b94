namespace Rayshard.Reporting;

/// <summary>What was verified: an experiment in a store, or a bundle.</summary>
/// <param name="Verb">The task that verifies it.</param>
/// <param name="Key">Under which name notes of it are kept.</param>
/// <param name="Root">Full path of the store or bundle: faults name files below it.</param>
/// <param name="ShardFolder">Full path of its shards.</param>
public sealed record VerifiedPlace(string Verb, string Key, string Root, string ShardFolder)
{
    /// <summary>An experiment in a store.</summary>
    /// <param name="store">The store.</param>
    /// <param name="folder">Name of the experiment's folder in it.</param>
    public static VerifiedPlace OfStore(string store, string folder) => new("Verify", folder, Full(store), Path.Combine(Full(store), folder));

    /// <summary>A bundle. Its digest and its folder tell it from others; the note can't lie in it, because it may be read-only, or a stranger's.</summary>
    /// <param name="digest">The bundle's digest.</param>
    /// <param name="folder">The bundle.</param>
    /// <param name="shardFolder">Folder of its shards.</param>
    public static VerifiedPlace OfBundle(Digest digest, string folder, string shardFolder) => new("VerifyBundle", digest.ToString(), Full(folder), Full(shardFolder));

    /// <summary>Where notes of it are kept, a folder each. No experiment's name has an underscore, so no run's folder is ever the same.</summary>
    /// <param name="runsFolder">The folder of all runs' evidence.</param>
    internal string Notes(string runsFolder) => Path.Combine(runsFolder, "_verify", Key);

    private static string Full(string path) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
}
