using System.Globalization;
using Newtonsoft.Json;
using Rayshard.Storage;

namespace Rayshard.Reporting;

/// <summary>
/// What a verification found, kept beside the runs' evidence for the report: one small file for each experiment's folder of the store, or for
/// the bundle. Nothing decides by it, and no shard, bundle or digest knows of it.
/// </summary>
/// <param name="runsFolder">The folder of all runs' evidence.</param>
/// <param name="root">The store or bundle that is verified.</param>
/// <param name="quick">Whether contents are held against XXH3 in place of SHA-256.</param>
/// <param name="time">The clock.</param>
public sealed class VerifyNote(string runsFolder, string root, bool quick, TimeProvider time)
{
    // More would only be scrolled past: Verify itself names them all.
    private const int MaxFaults = 100;

    private readonly DateTimeOffset _began = time.GetUtcNow();
    private readonly Dictionary<string, (long Count, List<NotedFault> First)> _faults = [];

    /// <summary>Takes a fault down.</summary>
    public void Add(Fault fault) => Add(fault.File, fault.ToString());

    /// <summary>Takes a fault down.</summary>
    /// <param name="file">The file, relative to what is verified.</param>
    /// <param name="text">One line for people.</param>
    public void Add(string file, string text)
    {
        // A fault of the store itself, which is of its catalog, stands by the empty name.
        var folder = Path.GetDirectoryName(file) ?? "";
        var (count, first) = _faults.TryGetValue(folder, out var found) ? found : (0, []);
        if (first.Count < MaxFaults)
        {
            first.Add(new(file, text, File.Exists(Path.Combine(root, file))));
        }

        _faults[folder] = (count + 1, first);
    }

    /// <summary>Writes what was found in a store. Where that can't be done nothing is said: it is evidence only, and the user has been told the faults.</summary>
    /// <param name="shards">The shards that were read.</param>
    /// <param name="isWhole">Whether it came to its end.</param>
    public void Write(IReadOnlyList<VerifiedShard> shards, bool isWhole)
    {
        foreach (var folder in shards.Select(shard => shard.Folder).Concat(_faults.Keys.Where(name => name.Length > 0)).Distinct())
        {
            Write(VerifiedPlace.OfStore(root, folder), shards.Where(shard => shard.Folder == folder), isWhole, ["", folder]);
        }
    }

    /// <summary>Writes what was found in a bundle; see <see cref="Write(IReadOnlyList{VerifiedShard}, bool)"/>.</summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="shards">The shards that were read.</param>
    /// <param name="isWhole">Whether it came to its end.</param>
    public void Write(VerifiedPlace bundle, IReadOnlyList<VerifiedShard> shards, bool isWhole) => Write(bundle, shards, isWhole, _faults.Keys);

    private void Write(VerifiedPlace place, IEnumerable<VerifiedShard> shards, bool isWhole, IEnumerable<string> folders)
    {
        var faults = folders.Select(folder => _faults.GetValueOrDefault(folder, (0, []))).ToList();
        var note = new NotedVerify(place.Root, _began, quick, isWhole,
            [.. shards.Select(shard => new NotedShard(shard.Name, shard.Bytes, shard.Manifest?.ToString() ?? "", shard.Faults))],
            faults.Sum(found => found.Count), [.. faults.SelectMany(found => found.First).Take(MaxFaults)]);
        try
        {
            var run = string.Create(CultureInfo.InvariantCulture, $"{_began:yyyyMMdd-HHmmss}-{Environment.ProcessId}");
            var target = Directory.CreateDirectory(Path.Combine(place.Notes(runsFolder), run)).FullName;
            File.WriteAllText(Path.Combine(target, NotedVerify.FileName), JsonConvert.SerializeObject(note, Formatting.Indented) + "\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }
}
