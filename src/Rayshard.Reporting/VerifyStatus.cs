using System.Globalization;
using Newtonsoft.Json.Linq;
using Rayshard.Storage;

namespace Rayshard.Reporting;

/// <summary>
/// What verifications say of shards as they are now. A note stands until a newer one of as good a kind comes to its end, so one that was
/// interrupted, or quick, adds to the whole one before it and takes nothing away. Keeps notes that it has read: they never change.
/// </summary>
/// <param name="runsFolder">The folder of all runs' evidence.</param>
/// <param name="place">What was verified.</param>
internal sealed class VerifyStatus(string runsFolder, VerifiedPlace place)
{
    private const string Whole = "whole", Damaged = "damaged", Changed = "changed since", Unread = "not read";

    private readonly Dictionary<string, NotedVerify> _read = [];

    /// <summary>
    /// Nothing where there is no note. A shard is as it was read when it has the same size and manifest and was not written since. <c>grade</c> is
    /// <c>damaged</c> where a fault is still there, <c>whole</c> where every shard was read and is as it was, <c>outdated</c> where none is, else <c>part</c>.
    /// </summary>
    public JObject? Of(ShelfContent now)
    {
        var notes = Standing();
        if (notes.Count == 0)
        {
            return null;
        }

        var shards = notes.ConvertAll(note => (Note: note, Read: note.Shards.ToLookup(shard => shard.Name)));
        var states = now.Sealed.Select(shard => StateOf(shard, shards.SelectMany(one => one.Read[shard.Name].Select(then => (one.Note, then))))).ToList();
        var faults = notes.SelectMany(note => note.Faults.Select(fault => (note, fault.Text, IsThere: IsThere(fault, note)))).OrderByDescending(fault => fault.IsThere).DistinctBy(fault => fault.Text).ToList();
        var from = states.Select(state => state.By).Concat(faults.Where(fault => fault.IsThere).Select(fault => fault.note)).OfType<NotedVerify>().Distinct().DefaultIfEmpty(notes[0]).ToList();
        int Count(string state) => states.Count(one => one.State == state);
        var whole = Count(Whole);
        var gone = shards.SelectMany(one => one.Read.Select(shard => shard.Key)).Distinct().Except(now.Sealed.Select(shard => shard.Name)).Except(now.Damaged.Select(shard => shard.Name)).Count();
        var faultCount = faults.Count + notes.Sum(note => note.FaultCount - note.Faults.Count);
        return new()
        {
            ["from"] = Time(from.Min(note => note.Began)),
            ["to"] = Time(from.Max(note => note.Began)),
            ["quick"] = !from.Any(note => note.Quick) ? "" : from.All(note => note.Quick) ? "quick" : "partly quick",
            ["interrupted"] = !notes.Any(note => note.Ended),
            ["grade"] = faults.Any(fault => fault.IsThere) || Count(Damaged) > 0 ? "damaged"
                : whole == 0 && (Count(Changed) > 0 || gone > 0) ? "outdated"
                : whole == states.Count && whole > 0 && now.Damaged.Count == 0 && notes.Any(note => note.Ended) && faultCount == 0 ? "whole" : "part",
            ["whole"] = whole,
            ["shards"] = states.Count + now.Damaged.Count,
            ["changed"] = Count(Changed),
            ["unread"] = Count(Unread),
            ["gone"] = gone,
            ["states"] = new JArray(states.Select(state => state.By is { } by && from.Count > 1 ? new JArray(state.State, Time(by.Began) + (by.Quick ? ", quick" : "")) : new JArray(state.State))),
            ["fault_count"] = faultCount,
            ["faults"] = new JArray(faults.Select(fault => new JArray(fault.Text, fault.IsThere))),
        };
    }

    // With the note that it is so by: one that read all, where there is one.
    private (string State, NotedVerify? By) StateOf(SealedShard shard, IEnumerable<(NotedVerify Note, NotedShard Then)> checks)
    {
        var path = Path.Combine(place.ShardFolder, shard.Name);
        var isRead = false;
        var held = new List<(NotedVerify Note, NotedShard Then)>();
        foreach (var check in checks)
        {
            isRead = true;
            if (check.Then.Bytes == shard.Bytes && check.Then.Manifest == shard.Manifest.ToString() && check.Note.IsUnwritten(path))
            {
                held.Add(check);
            }
        }

        return held.Count == 0 ? (isRead ? Changed : Unread, null)
            : held.Find(check => check.Then.Faults > 0) is { Note: { } by } ? (Damaged, by)
            : (Whole, held.MinBy(check => check.Note.Quick).Note);
    }

    private bool IsThere(NotedFault fault, NotedVerify note)
    {
        var path = Path.Combine(place.Root, fault.File);
        return fault.Existed ? note.IsUnwritten(path) : !File.Exists(path);
    }

    // The newest first. Of another copy, or torn, one tells nothing of this place.
    private List<NotedVerify> Standing()
    {
        var folder = place.Notes(runsFolder);
        var standing = new List<NotedVerify>();
        var runs = Directory.Exists(folder) ? Directory.GetDirectories(folder) : [];
        foreach (var run in runs.OrderDescending(StringComparer.Ordinal))
        {
            if (Read(run) is { } note && note.Store == place.Root && !standing.Exists(newer => newer.Ended && (note.Quick || !newer.Quick)))
            {
                standing.Add(note);
                if (note is { Ended: true, Quick: false })
                {
                    break;
                }
            }
        }

        return standing;
    }

    private NotedVerify? Read(string run)
    {
        if (!_read.TryGetValue(run, out var note) && NotedVerify.TryRead(Path.Combine(run, NotedVerify.FileName)) is { } found)
        {
            _read[run] = note = found;
        }

        return note;
    }

    private static string Time(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
