using System.Text.RegularExpressions;

namespace Rayshard.Storage;

/// <summary>
/// The three names that an entry of a shard may have. They are read as digest and pass, compared, and never become a path: nothing is
/// ever extracted.
/// </summary>
internal static partial class EntryName
{
    /// <summary>No extension, top level: both WebDataset and Hugging Face pass over this name (reference: tariterators.py, webdataset.py).</summary>
    public const string Manifest = "__manifest__";

    public static string OfRecord(Digest record) => $"{record}.json";

    public static string OfBlob(Digest record, string pass) => $"{record}.{pass}.npy";

    public static bool IsPass(string name) => PassName().IsMatch(name);

    public static bool TryReadRecord(string name, out Digest record)
    {
        record = default;
        return name.EndsWith(".json", StringComparison.Ordinal) && Digest.TryParse(name.AsSpan(0, name.Length - 5), out record);
    }

    /// <summary>The name where it is one of the three, else nothing: a stranger's text goes into no message and no path.</summary>
    public static string Known(string name) => Legal().IsMatch(name) ? name : "";

    // \z, not $: a name that ends in a line feed is no name.
    [GeneratedRegex(@"^[a-z0-9_]{1,30}\z")]
    private static partial Regex PassName();

    [GeneratedRegex(@"^([0-9a-f]{64}\.json|[0-9a-f]{64}\.[a-z0-9_]{1,30}\.npy|__manifest__)\z")]
    private static partial Regex Legal();
}
