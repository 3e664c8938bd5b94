using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Rayshard.Reporting;

/// <summary>
/// What runs of an experiment left behind as evidence. All of it is notes for people: what is missing or torn is left out, and nothing of
/// it decides what the page says of the pixels.
/// </summary>
/// <param name="runsFolder">The folder of all runs' evidence.</param>
/// <param name="shelf">The experiment's frames; fingerprints lie beside them.</param>
internal sealed class RunNotes(string runsFolder, FrameShelf shelf)
{
    // More would only be scrolled past; the file has them all.
    private const int MaxQuarantined = 200;

    private static readonly string[] s_counts = ["elapsed_seconds", "frames", "rendered", "reused", "failed", "failed_tries"];
    private static readonly string[] s_workerCounts = ["number", "rendered", "starts"];

    /// <summary>Folder of the newest run that rendered, or nothing.</summary>
    public string? Newest() => Folders(runsFolder).FirstOrDefault(folder =>
        (File.Exists(Path.Combine(folder, "progress.json")) || File.Exists(Path.Combine(folder, "provenance.json"))) && IsOfThis(Json(Path.Combine(folder, "provenance.json"))));

    /// <summary>Provenance, progress and quarantine of the newest run, the newest reproduction, and the fingerprints beside the shards.</summary>
    public JObject Read()
    {
        var newest = Newest();
        var progress = newest is null ? null : Path.Combine(newest, "progress.json");
        var known = progress is null ? null : Progress(progress);
        var reproduction = Folders(Path.Combine(runsFolder, "_reproduce")).Select(folder => Path.Combine(folder, "reproduce.json")).FirstOrDefault(file => File.Exists(file) && IsOfThis(Json(file)));
        var quarantined = newest is null ? [] : Lines(Path.Combine(newest, "quarantine.jsonl"));
        return new()
        {
            ["run"] = newest is null ? null : Path.GetFileName(newest),
            ["progress"] = known,
            ["progress_unread"] = known is null && File.Exists(progress),
            ["provenance"] = newest is null ? null : Json(Path.Combine(newest, "provenance.json")),
            ["quarantine"] = Quarantine(quarantined),
            ["quarantined"] = quarantined.Length,
            ["reproduction"] = reproduction is null ? null : Json(reproduction),
            ["reproduced"] = reproduction is null ? null : Path.GetFileName(Path.GetDirectoryName(reproduction)),
            ["fingerprints"] = new JArray(Files(Path.Combine(shelf.Folder, "fingerprints"), "*.json").Select(Json).OfType<JObject>()),
        };
    }

    /// <summary>What a run quarantined: index, reasons, the command that reproduces it.</summary>
    private static JArray Quarantine(string[] lines)
    {
        var found = new JArray();
        foreach (var line in lines.Take(MaxQuarantined))
        {
            if (Parse(line) is { } json)
            {
                found.Add(new JObject
                {
                    ["index"] = json["index"],
                    ["reproduce"] = json["reproduce"],
                    ["reasons"] = new JArray((json["tries"] as JArray ?? []).OfType<JObject>().Select(attempt => attempt["reason"])),
                });
            }
        }

        return found;
    }

    /// <summary>A run's <c>progress.json</c>; nothing where it is cut off, damaged, or has not what this version shows of it. What it has beyond that is let pass.</summary>
    public static JObject? Progress(string file)
    {
        var json = Json(file);
        return json is not null
            && s_counts.All(name => IsNumber(json[name]))
            && json["ended"] is null or { Type: JTokenType.String or JTokenType.Null }
            && IsList(json["workers"], worker => worker is JObject && s_workerCounts.All(name => IsNumber(worker[name])))
            && IsList(json["rate"], IsPair) && IsList(json["slowest"], IsPair) ? json : null;
    }

    /// <summary>A JSON object in a file, or nothing.</summary>
    public static JObject? Json(string file)
    {
        try
        {
            return Parse(File.ReadAllText(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // An experiment that was edited keeps its name, and a stranger's bundle may have it too: settings tell them apart, where they are written down.
    private bool IsOfThis(JObject? note) => note?["settings"] is not { Type: JTokenType.String } settings || (string?)settings == shelf.Plan.Settings.ToString();

    // A run's folder is named by its time, so the last name is the newest.
    private IEnumerable<string> Folders(string parent)
    {
        var folder = Path.Combine(parent, shelf.Experiment.Name);
        return Directory.Exists(folder) ? Directory.GetDirectories(folder).OrderDescending(StringComparer.Ordinal) : [];
    }

    private static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.Exists(folder) ? Directory.GetFiles(folder, pattern).Order(StringComparer.Ordinal) : [];

    private static string[] Lines(string file)
    {
        try
        {
            return File.Exists(file) ? File.ReadAllLines(file) : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static bool IsNumber(JToken? token) => token is { Type: JTokenType.Integer or JTokenType.Float };

    private static bool IsPair(JToken token) => token is JArray { Count: 2 } pair && pair.All(IsNumber);

    private static bool IsList(JToken? token, Predicate<JToken> isItem) => token is JArray list && list.All(item => isItem(item));

    private static JObject? Parse(string text)
    {
        try
        {
            using var reader = new JsonTextReader(new StringReader(text)) { MaxDepth = 64, DateParseHandling = DateParseHandling.None };
            return JObject.Load(reader);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
