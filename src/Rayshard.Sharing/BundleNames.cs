using System.Text.RegularExpressions;

namespace Rayshard.Sharing;

/// <summary>
/// Names of the files in a bundle. A name that a bundle or a registry states becomes a path only after <see cref="IsLegal"/>: plain segments,
/// nothing that a file system, a shell or a URL reads in a second way.
/// </summary>
internal static partial class BundleNames
{
    public const string Manifest = "manifest.json";
    public const string Sums = "SHA256SUMS";
    public const string Evidence = "evidence/manifest.json";
    public const string Experiment = "experiment/experiment.json";
    public const string Toolchain = "experiment/toolchain.json";
    public const string SceneFolder = "experiment/scene/";
    public const string Preview = "evidence/preview.png";
    public const string EvidenceFolder = "evidence/";
    public const string ShardFolder = "shards/";
    public const string Index = "index.npy";
    public const string Frames = "frames.parquet";
    public const string Blobs = "blobs.parquet";

    /// <summary>Folder in an unfinished bundle for files that are on their way; says that the folder is ours.</summary>
    public const string Partial = ".partial";

    /// <summary>Whether a name may become a path below a bundle's folder.</summary>
    public static bool IsLegal(string name) => name.Length <= 240 && Legal().IsMatch(name);

    // A segment begins with a letter, a digit or "_", so it is neither hidden nor "..", nor an option. \z: a line feed at the end is no end.
    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}(/[A-Za-z0-9_][A-Za-z0-9._-]{0,99}){0,7}\z")]
    private static partial Regex Legal();
}
