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

    /// <summary>In what this machine is unlike those that rendered the shards; empty where it is like them.</summary>
    /// <exception cref="RayshardException">It is unlike them, and the experiment refuses that (<see cref="ExitCode.MachineLacks"/>).</exception>
    public static IReadOnlyList<string> Unlike(string shardFolder, Experiment experiment, Toolchain toolchain)
    {
        var here = Fingerprint.Before(toolchain);
        var unlike = Read(shardFolder).SelectMany(here.CausesAsFarAsKnown).Distinct().ToList();
        return unlike.Count == 0 || experiment.Fleet == Fleet.Report ? unlike : throw new RayshardException(ExitCode.MachineLacks,
            $"experiment '{experiment.Name}': fleet: it refuses machines that need not give the same bits, and this one is unlike those that rendered '{shardFolder}' ({string.Join("; ", unlike)}): "
            + "render on a machine like those, into another --store, or set fleet to 'report'");
    }
}
