using Microsoft.Win32.SafeHandles;

namespace Rayshard.Storage;

/// <summary>
/// A shard that grows, looked at by another process than its writer. A frame counts when it is whole: every header, the record and each
/// blob's SHA-256 hold. Goes on where it left off, so each byte is read once; the file stays readable when it is sealed meanwhile. Not thread-safe.
/// </summary>
public sealed class PartialShard : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly string _path;
    private readonly string _name;
    private readonly ShardLayout _layout;
    private readonly FramePlan _plan;
    private readonly List<FrameEntry> _frames = [];
    private long _end;

    private PartialShard(SafeFileHandle file, string path, string name, ShardLayout layout, FramePlan plan)
    {
        _file = file;
        _path = path;
        _name = name;
        _layout = layout;
        _plan = plan;
    }

    /// <summary>The whole frames found so far, in the experiment's order.</summary>
    public IReadOnlyList<FrameEntry> Frames => _frames;

    /// <summary>
    /// What is wrong behind the last whole frame: a frame's bytes are all there and do not hold. Nothing where the file ends in a frame that is only
    /// half written. The writer cuts it off when it opens the shard again.
    /// </summary>
    public string? Torn { get; private set; }

    /// <summary>Whether this is still the file of that name, and as long as what was read of it.</summary>
    public bool IsCurrent => File.GetCreationTimeUtc(_path) == File.GetCreationTimeUtc(_file) && RandomAccess.GetLength(_file) >= _end;

    /// <summary>Opens a shard's partial, where there is one; no frame is read yet.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The experiment has no such shard.</exception>
    public static PartialShard? TryOpen(StoredExperiment experiment, int shard)
    {
        var path = experiment.ShardPath(shard) + ShardPaths.Partial;
        try
        {
            var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return new(file, path, Path.Combine(experiment.Name, Path.GetFileName(path)), ShardLayout.Of(experiment.Experiment, experiment.Plan, shard), experiment.Plan);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Takes in the frames that were appended since.</summary>
    /// <exception cref="DamagedShardException">The disk gives no data.</exception>
    public void Advance()
    {
        using var bytes = new ShardBytes(_file, _name);
        foreach (var frame in new FrameScan(bytes, _layout, _plan).Run(_end, _frames.Count > 0 ? _frames[^1].Index + 1 : _layout.First))
        {
            _frames.Add(frame);
            _end += _layout.FrameBytes(frame.RecordBytes);
        }

        Torn = WhyTorn(bytes);
    }

    /// <summary>The entry of the frame with this index in the experiment, or nothing where it was not found so far.</summary>
    public FrameEntry? Find(long index)
    {
        var at = _frames.BinarySearch(default, Comparer<FrameEntry>.Create((entry, _) => entry.Index.CompareTo(index)));
        return at >= 0 ? _frames[at] : null;
    }

    /// <summary>A frame of this shard; reads its record. The caller disposes it.</summary>
    /// <exception cref="DamagedShardException">The record is damaged.</exception>
    public StoredFrame Read(FrameEntry entry) => StoredFrame.Read(new(_file, _name), entry.Offset, owns: true);

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private string? WhyTorn(ShardBytes bytes)
    {
        if (bytes.Length < _end + Ustar.Block)
        {
            return null;
        }

        var isHeader = Ustar.TryRead(bytes.Read(_end, Ustar.Block), out var name, out var size);
        return isHeader && (name == EntryName.Manifest || bytes.Length < _end + _layout.FrameBytes((int)Math.Min(size, FrameScan.MaxRecordBytes))) ? null
            : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{_name}, byte {_end}: the frame that is there does not hold; it and what follows it are not shown, and the render cuts them off when it is started again");
    }
}
