using System.Globalization;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Rayshard.Storage;

namespace Rayshard.Reporting;

/// <summary>
/// What a verification found, kept beside the runs' evidence for the report: one small file for each experiment's folder of the store. Nothing
/// decides by it, and no shard, bundle or digest knows of it.
/// </summary>
/// <param name="runsFolder">The folder of all runs' evidence.</param>
/// <param name="store">The store that is verified.</param>
/// <param name="quick">Whether contents are held against XXH3 in place of SHA-256.</param>
/// <param name="time">The clock.</param>
public sealed class VerifyNote(string runsFolder, string store, bool quick, TimeProvider time)
{
    private const string FileName = "verify.json";

    // More would only be scrolled past: Verify itself names them all.
    private const int MaxFaults = 100;

    private readonly DateTimeOffset _began = time.GetUtcNow();
    private readonly Dictionary<string, (long Count, List<NotedFault> First)> _faults = [];

    /// <summary>Takes a fault down.</summary>
    public void Add(Fault fault)
    {
        // A fault of the store itself, which is of its catalog, stands by the empty name.
        var folder = Path.GetDirectoryName(fault.File) ?? "";
        var (count, first) = _faults.TryGetValue(folder, out var found) ? found : (0, []);
        if (first.Count < MaxFaults)
        {
            first.Add(new(fault.File, fault.ToString(), File.Exists(Path.Combine(store, fault.File))));
        }

        _faults[folder] = (count + 1, first);
    }

    /// <summary>Writes what was found. Where that can't be done nothing is said: it is evidence only, and the user has been told the faults.</summary>
    /// <param name="shards">The shards that were read.</param>
    /// <param name="isWhole">Whether it came to its end.</param>
    public void Write(IReadOnlyList<VerifiedShard> shards, bool isWhole)
    {
        var run = string.Create(CultureInfo.InvariantCulture, $"{_began:yyyyMMdd-HHmmss}-{Environment.ProcessId}");
        var ofStore = _faults.GetValueOrDefault("", (0, []));
        foreach (var folder in shards.Select(shard => shard.Folder).Concat(_faults.Keys.Where(name => name.Length > 0)).Distinct())
        {
            var (count, first) = _faults.GetValueOrDefault(folder, (0, []));
            var note = new Note(Store(store), _began, quick, isWhole,
                [.. shards.Where(shard => shard.Folder == folder).Select(shard => new NotedShard(shard.Name, shard.Bytes, shard.Manifest?.ToString() ?? "", shard.Faults))],
                count + ofStore.Item1, [.. first.Concat(ofStore.Item2).Take(MaxFaults)]);
            try
            {
                var target = Directory.CreateDirectory(Path.Combine(runsFolder, "verify", folder, run)).FullName;
                File.WriteAllText(Path.Combine(target, FileName), JsonConvert.SerializeObject(note, Formatting.Indented) + "\n");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
            }
        }
    }

    /// <summary>
    /// What the newest verification of a shelf says of its shards as they are now; nothing where there is none. A shard is as it was when it has
    /// the same size and manifest and was not written since. <c>grade</c> is <c>damaged</c> where a fault is still there, <c>whole</c> where every shard was read and
    /// is as it was, <c>outdated</c> where none is, else <c>part</c>.
    /// </summary>
    internal static JObject? Status(string runsFolder, FrameShelf shelf, ShelfContent now)
    {
        var folder = Path.GetFullPath(shelf.Folder);
        var stored = Store(Path.GetDirectoryName(folder)!);
        if (Newest(Path.Combine(runsFolder, "verify", Path.GetFileName(folder)), stored) is not { } note)
        {
            return null;
        }

        var read = note.Shards.ToDictionary(shard => shard.Name);
        bool IsUnwritten(string path) => File.Exists(path) && File.GetLastWriteTimeUtc(path) <= note.Began;
        var states = now.Sealed.Select(shard => !read.TryGetValue(shard.Name, out var then) ? "not read"
            : then.Bytes != shard.Bytes || then.Manifest != shard.Manifest.ToString() || !IsUnwritten(shard.Path) ? "changed since"
            : then.Faults > 0 ? "damaged" : "whole").ToList();
        var faults = note.Faults.Select(fault => (fault.Text, IsThere: fault.Existed ? IsUnwritten(Path.Combine(stored, fault.File)) : !File.Exists(Path.Combine(stored, fault.File)))).ToList();
        var whole = states.Count(state => state == "whole");
        return new()
        {
            ["when"] = note.Began.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            ["quick"] = note.Quick,
            ["interrupted"] = !note.Ended,
            ["grade"] = faults.Any(fault => fault.IsThere) || states.Contains("damaged") ? "damaged"
                : whole == 0 ? "outdated"
                : whole == states.Count && now.Damaged.Count == 0 && note.Ended && note.FaultCount == 0 ? "whole" : "part",
            ["whole"] = whole,
            ["shards"] = states.Count + now.Damaged.Count,
            ["states"] = new JArray(states),
            ["gone"] = read.Keys.Except(now.Sealed.Select(shard => shard.Name)).Except(now.Damaged.Select(shard => shard.Name)).Count(),
            ["fault_count"] = note.FaultCount,
            ["faults"] = new JArray(faults.Select(fault => new JArray(fault.Text, fault.IsThere))),
        };
    }

    // A folder is named by its time, so the last name is the newest. One of another store's copy, or a torn one, tells nothing of this store.
    private static Note? Newest(string parent, string store) => !Directory.Exists(parent) ? null
        : Directory.GetDirectories(parent).OrderDescending(StringComparer.Ordinal).Select(run => TryRead(Path.Combine(run, FileName))).FirstOrDefault(note => note?.Store == store);

    private static Note? TryRead(string file)
    {
        try
        {
            return JsonConvert.DeserializeObject<Note>(File.ReadAllText(file), new JsonSerializerSettings { MaxDepth = 8 });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    private static string Store(string path) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));

    [JsonObject(ItemRequired = Required.Always)]
    private sealed record Note(string Store, DateTimeOffset Began, bool Quick, bool Ended, IReadOnlyList<NotedShard> Shards, long FaultCount, IReadOnlyList<NotedFault> Faults);

    [JsonObject(ItemRequired = Required.Always)]
    private sealed record NotedShard(string Name, long Bytes, string Manifest, int Faults);

    [JsonObject(ItemRequired = Required.Always)]
    private sealed record NotedFault(string File, string Text, bool Existed);
}
