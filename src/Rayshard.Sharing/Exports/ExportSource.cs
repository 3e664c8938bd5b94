using Rayshard.Storage;

namespace Rayshard.Sharing.Exports;

/// <summary>The frames and passes that are exported, and what is known of each frame, column by column. Every frame is held against its check sums when it is read.</summary>
internal sealed class ExportSource : IDisposable
{
    private readonly MappedFrames _frames;
    private readonly long[] _indexes;
    private readonly int[] _places;
    private readonly CancellationToken _cancellation;

    public ExportSource(StoredExperiment stored, FrameSelection selection, CancellationToken cancellation)
    {
        Experiment = selection.Of(stored.Experiment);
        var names = Experiment.Passes.Select(pass => pass.Name!).ToHashSet();
        var (plan, test) = (stored.Plan, selection.Test(stored.Experiment, stored.Plan));
        _cancellation = cancellation;
        _frames = MappedFrames.Open(stored.Folder);
        _places = [.. Enumerable.Range(0, _frames.Passes.Count).Where(place => names.Contains(_frames.Passes[place].Name))];
        _indexes = [.. _frames.Indexes().Where(index => test(plan.At(index)))];
        if (_indexes.Length == 0)
        {
            _frames.Dispose();
            throw new RayshardException(ExitCode.NotFound, $"'{Experiment.Name}': no stored frame is one of those that were asked for");
        }

        var records = new string[Count];
        for (var row = 0; row < Count; row++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var frame = _frames.TryGet(_indexes[row])!;
            records[row] = frame.ReadRecord().Address.ToString();
        }

        var planned = Array.ConvertAll(_indexes, plan.At);
        Frames = [new("index", _indexes), new("frame", Array.ConvertAll(planned, frame => frame.Key.ToString())), new("record", records), new("noise_seed", Array.ConvertAll(planned, frame => (long)frame.NoiseSeed))];
        Parameters = [.. stored.Experiment.Parameters.Select((parameter, i) => ExportColumn.Of(parameter.Name, Array.ConvertAll(planned, frame => frame.Values[i])))];
    }

    public Experiment Experiment { get; }

    public int Count => _indexes.Length;

    public IReadOnlyList<ShardPass> Passes => [.. _places.Select(place => _frames.Passes[place])];

    /// <summary>Index, key, record address and noise seed.</summary>
    public IReadOnlyList<ExportColumn> Frames { get; }

    public IReadOnlyList<ExportColumn> Parameters { get; }

    public long Index(int row) => _indexes[row];

    /// <summary>A frame, checked.</summary>
    public MappedFrame Open(int row)
    {
        _cancellation.ThrowIfCancellationRequested();
        var frame = _frames.TryGet(_indexes[row])!;
        try
        {
            frame.Check();
            return frame;
        }
        catch
        {
            frame.Dispose();
            throw;
        }
    }

    public void Dispose() => _frames.Dispose();
}
