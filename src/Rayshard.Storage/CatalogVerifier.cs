namespace Rayshard.Storage;

/// <summary>Compares the catalog on the disk with the shards, as they are verified. Without one of this version there is nothing to compare: it is derived.</summary>
internal sealed class CatalogVerifier : IDisposable
{
    private readonly VerifyOptions _options;
    private readonly bool _isDamaged;
    private readonly Catalog? _catalog;
    private readonly IReadOnlyDictionary<(string Folder, string File), ShardMark> _known;
    private readonly HashSet<(string, string)> _seen = [];
    private readonly List<Fault> _faults = [];
    private long _frames;

    public CatalogVerifier(string store, VerifyOptions options)
    {
        _options = options;
        var path = Path.Combine(store, ShardPaths.Catalog);
        _catalog = Catalog.TryOpenReadOnly(path);
        _isDamaged = _catalog is null && File.Exists(path) && !Catalog.IsEarlier(path);
        _known = _catalog?.Shards() ?? new Dictionary<(string, string), ShardMark>();
    }

    /// <summary>Compares a shard that has been verified.</summary>
    public void Check(string folder, string path, ShardVerifier shard)
    {
        var file = Path.GetFileName(path);
        _seen.Add((folder, file));
        _frames += shard.Frames.Count;
        if (_catalog is null || shard.Mark is null || shard.Faults.Count > 0)
        {
            return;
        }

        if (!_known.TryGetValue((folder, file), out var mark) || mark != shard.Mark)
        {
            Add($"does not know {Path.Combine(folder, file)} as it is");
        }
        else if (!_options.Quick && shard.Frames.Where(frame => !Knows(folder, file, frame)).Select(frame => (long?)frame.Index).FirstOrDefault() is { } unknown)
        {
            Add($"does not know frame {unknown} of {Path.Combine(folder, file)} as it is");
        }
    }

    /// <summary>The faults, when every shard has been verified.</summary>
    public IReadOnlyList<Fault> Finish()
    {
        if (_isDamaged)
        {
            Add("is no catalog that can be read");
        }
        else if (_catalog is not null && _options.Experiment is null)
        {
            foreach (var (folder, file) in _known.Keys.Where(key => !_seen.Contains(key)).Order())
            {
                Add($"knows {Path.Combine(folder, file)}, which is not there");
            }

            if (_faults.Count == 0 && _catalog.Count() is var count && count > _frames)
            {
                Add($"has {count} frames, the shards {_frames}");
            }
        }

        return _faults;
    }

    public void Dispose() => _catalog?.Dispose();

    private bool Knows(string folder, string file, FrameEntry frame) =>
        _catalog!.Find(frame.Frame).Contains((folder, file, new(frame.Index, frame.Record, frame.Offset)));

    private void Add(string what) => _faults.Add(new(ShardPaths.Catalog, 0, "", FaultKind.BadCatalog, $"the catalog {what}; opening the store for writing repairs it"));
}
