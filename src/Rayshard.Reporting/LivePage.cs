using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Rayshard.Storage;

namespace Rayshard.Reporting;

/// <summary>What a live page is told: the packets of the frames that were acknowledged so far, and how the run is. Thread-safe.</summary>
internal sealed class LivePage(FrameShelf shelf, string runsFolder, TimeProvider time)
{
    // More would only be scrolled past; Verify names them all.
    private const int MaxFaults = 20;

    private readonly PagePlan _plan = new(shelf.Experiment, shelf.Plan, null);
    private readonly RunNotes _notes = new(runsFolder, shelf);
    private readonly VerifyStatus _status = new(runsFolder, shelf.Place);
    private readonly Lock _lock = new();
    private readonly List<byte[]> _packets = [];
    private readonly HashSet<int> _taken = [];
    private readonly Dictionary<int, long> _seen = [];
    private readonly SortedDictionary<int, string> _frameFaults = [];
    private IReadOnlyList<string> _storeFaults = [];
    private long _held;
    private JObject? _verification;

    /// <summary>Looks for frames that are new. Each is read once, and held against its SHA-256. What can't be read is told, and tried again.</summary>
    public void LookAgain()
    {
        try
        {
            var (now, there) = Look();
            var sealedBytes = now.Sealed.ToDictionary(shard => (int)(shard.First / shelf.Plan.FramesPerShard), shard => shard.Bytes);
            var damaged = now.Damaged.Select(shard => shard.Number).ToHashSet();
            for (var place = 0; place < _plan.Indexes.Count; place++)
            {
                // A shard that was gone through when it was sealed, and has not been replaced by another one, has nothing new.
                var shard = (int)(_plan.Indexes[place] / shelf.Plan.FramesPerShard);
                if (there.Contains(shard) && !damaged.Contains(shard) && !(sealedBytes.TryGetValue(shard, out var bytes) && _seen.GetValueOrDefault(shard) == bytes))
                {
                    Take(place);
                }
            }

            foreach (var (shard, bytes) in sealedBytes)
            {
                _seen[shard] = bytes;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            lock (_lock)
            {
                _storeFaults = [$"{shelf.Folder}: it can't be read now: {e.Message}"];
            }
        }
    }

    /// <summary>Writes the page, with nothing in it but what is known without a frame.</summary>
    public void Write(TextWriter page)
    {
        var model = PageModel.Of(shelf.Experiment, shelf.Plan, _plan);
        model["live"] = true;
        model["frames"] = 0;
        model["held"] = 0;
        model["with_pixels"] = _plan.Indexes.Count;
        model["faults"] = new JArray();
        model["verifier"] = shelf.Place.Verb;
        model["verdicts"] = new JArray();
        model["notes"] = _notes.Read();
        PageText.WriteHead(page, model, isLive: true);
        PageText.WriteEnd(page);
    }

    /// <summary>How many packets there are, how many frames the store holds, and what the run says of itself.</summary>
    public string State()
    {
        var (notes, run, now) = (_notes.Read(), _notes.Newest(), time.GetUtcNow());
        lock (_lock)
        {
            return new JObject
            {
                ["packets"] = _packets.Count,
                ["held"] = _held,
                ["faults"] = new JArray(_storeFaults.Concat(_frameFaults.Values).Distinct().Take(MaxFaults)),
                ["notes"] = notes,
                ["verification"] = _verification?.DeepClone(),
                ["age"] = run is null ? null : Math.Max(0, (now - File.GetLastWriteTimeUtc(Path.Combine(run, "progress.json"))).TotalSeconds),
            }.ToString(Formatting.None);
        }
    }

    /// <summary>The packets after so many, about a megabyte of them at most.</summary>
    public byte[] PacketsAfter(int after)
    {
        lock (_lock)
        {
            return after < 0 || after > _packets.Count ? [] : [.. _packets.Skip(after).Take(Math.Max(1, (1 << 20) / _plan.PacketBytes)).SelectMany(packet => packet)];
        }
    }

    /// <summary>All floats of a pass of a frame, little-endian; nothing where there is no such frame yet.</summary>
    public byte[]? Floats(int place, int pass)
    {
        lock (_lock)
        {
            if (place < 0 || place >= _plan.Indexes.Count || pass < 0 || pass >= _plan.Passes.Count)
            {
                return null;
            }

            try
            {
                using var frame = shelf.TryRead(_plan.Indexes[place]);
                if (frame is null)
                {
                    return null;
                }

                var blob = new byte[frame.BlobBytes(pass)];
                frame.ReadBlob(pass, blob);
                return blob[Npy.HeaderBytes..];
            }
            catch (DamagedShardException)
            {
                return null;
            }
        }
    }

    private (ShelfContent Now, IReadOnlySet<int> There) Look()
    {
        lock (_lock)
        {
            var now = shelf.Look();
            _held = now.Held;
            _verification = _status.Of(now);
            _verification?.Remove("states"); // A live page has no table of shards.
            _storeFaults = [.. now.Damaged.Select(shard => shard.Why).Concat(now.Torn)];
            if (_packets.Count > 0 && !Directory.Exists(shelf.Folder))
            {
                _storeFaults = [$"{shelf.Folder}: it is not there any more; the page keeps what it has read of it"];
            }

            return (now, shelf.ShardsThere());
        }
    }

    // Frame by frame, so that whoever asks meanwhile is answered.
    private void Take(int place)
    {
        lock (_lock)
        {
            try
            {
                using var frame = _taken.Contains(place) ? null : shelf.TryRead(_plan.Indexes[place]);
                if (frame is not null)
                {
                    _packets.Add(FramePacket.Of(_plan, place, frame));
                    _taken.Add(place);
                }

                _frameFaults.Remove(place);
            }
            catch (DamagedShardException e)
            {
                _frameFaults[place] = e.Message;
            }
        }
    }
}
