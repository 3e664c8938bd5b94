namespace Rayshard.Storage;

/// <summary>
/// Verifies one sealed shard. Its map is the manifest where that is whole; else the tar headers, one after another, as far as they go.
/// </summary>
internal sealed class ShardVerifier(ShardBytes bytes, StoredExperiment? experiment, int number, bool quick)
{
    private readonly List<Fault> _faults = [];

    /// <summary>The faults, in the order of the bytes.</summary>
    public List<Fault> Faults => [.. _faults.OrderBy(fault => fault.Offset)];

    /// <summary>The frames that it found.</summary>
    public IReadOnlyList<FrameEntry> Frames { get; private set; } = [];

    /// <summary>What the shard should be; nothing where neither experiment nor manifest say.</summary>
    public ShardLayout? Layout { get; private set; } =
        experiment is null ? null : ShardLayout.Of(experiment.Experiment, experiment.Plan, number);

    /// <summary>By what the catalog should know it; nothing where its end is damaged.</summary>
    public ShardMark? Mark { get; private set; }

    public void Run(CancellationToken cancellation)
    {
        if (ReadManifest() is { } frames)
        {
            Frames = frames;
            var check = new FrameVerifier(bytes, Layout!, experiment, sha256: !quick, Add);
            foreach (var frame in frames)
            {
                cancellation.ThrowIfCancellationRequested();
                check.Run(frame);
            }
        }
        else if (Layout is null)
        {
            Add(0, "", FaultKind.BadManifest, "neither the manifest nor experiment.json can be read, so nothing else of the shard can be checked");
        }
        else
        {
            Frames = new HeaderWalk(bytes, Layout, experiment, Add).Run(cancellation);
        }
    }

    private FrameEntry[]? ReadManifest()
    {
        try
        {
            var tail = ShardTail.Read(bytes);
            Mark = new(bytes.Length, tail.Digest);
            var (layout, frames) = tail.ReadManifest(bytes);
            if (Layout is not null && Manifest.Head(layout, 0) != Manifest.Head(Layout, 0))
            {
                Add(tail.Start, EntryName.Manifest, FaultKind.BadManifest, "the manifest is another shard's: range, passes or digest of the set are not this one's");
                return null;
            }

            Layout ??= layout;
            return frames;
        }
        catch (DamagedShardException e)
        {
            _faults.Add(e.Fault);
            return null;
        }
    }

    private void Add(long offset, string entry, FaultKind kind, string reason) => _faults.Add(new(bytes.Name, offset, entry, kind, reason));
}
