using Microsoft.Win32.SafeHandles;

namespace Rayshard.Storage;

/// <summary>
/// A shard that grows, looked at by another process than its writer. A frame counts when it is whole: every header, the record and each
/// blob's SHA-256 hold. Goes on where it left off, so each byte is read once; the file stays readable when it is sealed meanwhile. Not thread-safe.
/// </summary>
public sealed class PartialShard : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly string _name;
    private readonly ShardLayout _layout;
    private readonly FramePlan _plan;
    private readonly List<FrameEntry> _frames = [];
    private long _end;

    private PartialShard(SafeFileHandle file, string name, ShardLayout layout, FramePlan plan)
    {
        _file = file;
        _name = name;
        _layout = layout;
        _plan = plan;
    }

    /// <summary>The whole frames found so far, in the experiment's order.</summary>
    public IReadOnlyList<FrameEntry> Frames => _frames;

    /// <summary>Opens a shard's partial, where there is one; no frame is read yet.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The experiment has no such shard.</exception>
    public static PartialShard? TryOpen(StoredExperiment experiment, int shard)
    {
        var path = experiment.ShardPath(shard) + ShardPaths.Partial;
        try
        {
            var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return new(file, Path.Combine(experiment.Name, Path.GetFileName(path)), ShardLayout.Of(experiment.Experiment, experiment.Plan, shard), experiment.Plan);
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
        var (frames, end) = new FrameScan(bytes, _layout, _plan).Run(_end, _frames.Count > 0 ? _frames[^1].Index + 1 : _layout.First);
        _frames.AddRange(frames);
        _end = end;
    }

    /// <summary>The entry of the frame with this index in the experiment, or nothing where it was not found so far.</summary>
    public FrameEntry? Find(long index)
    {
        var at = _frames.BinarySearch(null!, Comparer<FrameEntry>.Create((entry, _) => entry.Index.CompareTo(index)));
        return at >= 0 ? _frames[at] : null;
    }

    /// <summary>A frame of this shard; reads its record. The caller disposes it.</summary>
    /// <exception cref="DamagedShardException">The record is damaged.</exception>
    public StoredFrame Read(FrameEntry entry) => StoredFrame.Read(new(_file, _name), entry.Offset, owns: true);

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
