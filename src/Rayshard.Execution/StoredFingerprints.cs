using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Rayshard.Blender;

namespace Rayshard.Execution;

/// <summary>
/// What decided the pixels of the shards beside it: a file for each unlike fingerprint, named by its address. They go where the shards go, so that
/// whoever renders again elsewhere can say what is unlike.
/// </summary>
internal static class StoredFingerprints
{
    private const string FolderName = "fingerprints";

    /// <summary>Adds one, if it is not there.</summary>
    public static void Add(string shardFolder, Fingerprint fingerprint)
    {
        var file = Path.Combine(shardFolder, FolderName, $"{fingerprint.Address.ToString()[..12]}.json");
        if (File.Exists(file))
        {
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var beside = $"{file}.{Environment.ProcessId}.tmp";
        File.WriteAllText(beside, fingerprint.ToJson().ToString(Formatting.Indented) + "\n");
        File.Move(beside, file, overwrite: true);
    }

    /// <summary>All of them, by name; one that can't be read is left out: it is evidence, and the shards stand without it.</summary>
    public static IReadOnlyList<Fingerprint> Read(string shardFolder)
    {
        var folder = Path.Combine(shardFolder, FolderName);
        var found = new List<Fingerprint>();
        string[] files = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.json") : [];
        foreach (var file in files.Order(StringComparer.Ordinal))
        {
            try
            {
                found.Add(Fingerprint.Parse(JObject.Parse(File.ReadAllText(file))));
            }
            catch (Exception e) when (e is JsonException or IOException or ArgumentException)
            {
                continue;
            }
        }

        return found;
    }
}
