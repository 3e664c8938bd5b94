using System.Diagnostics;
using Rayshard.Blender;
using Rayshard.Storage;

namespace Rayshard.Execution;

/// <summary>Renders what a store lacks of one experiment, shard by shard, in the order of its frames.</summary>
internal sealed class ExperimentRun : IAsyncDisposable
{
    private readonly ResolvedExperiment _resolved;
    private readonly Experiment _experiment;
    private readonly FramePlan _plan;
    private readonly Store _store;
    private readonly Func<RunEvidence, WorkerPool> _openPool;
    private readonly RenderRun _run;
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly Queue<(Frame Frame, bool IsStored)> _steps = [];
    private WorkerPool? _pool;
    private Toolchain? _toolchain;
    private RunEvidence? _evidence;
    private RenderProgress _progress;
    private bool _isInterrupted;
    private IReadOnlyList<string> _unlike = [];

    /// <param name="resolved">The experiment.</param>
    /// <param name="store">The store, open for writing.</param>
    /// <param name="run">What all experiments of the run share.</param>
    /// <param name="openPool">Opens the Workers; called when the first frame has to be rendered, not before.</param>
    public ExperimentRun(ResolvedExperiment resolved, Store store, RenderRun run, Func<RunEvidence, WorkerPool> openPool)
    {
        _resolved = resolved;
        _experiment = resolved.Experiment;
        _plan = new(_experiment);
        _store = store;
        _run = run;
        _openPool = openPool;
        _progress = new(_experiment.Name, _plan.Count) { Shards = _plan.ShardCount };
    }

    /// <summary>Renders to the end, or until <see cref="RenderRun.Finish"/> is set.</summary>
    public async Task<RenderSummary> RunAsync(Toolchain toolchain)
    {
        _toolchain = toolchain;
        for (var shard = 0; shard < _plan.ShardCount && !_isInterrupted; shard++)
        {
            await ShardAsync(shard).ConfigureAwait(false);
        }

        await _store.IndexAsync(_experiment, _plan, _run.Now).ConfigureAwait(false);
        await WriteProvenanceAsync().ConfigureAwait(false);
        Report(_progress, _isInterrupted ? "interrupted" : "done");
        return new(_progress, _isInterrupted, _evidence?.Folder, ShardFolder) { Unlike = _unlike };
    }

    private string ShardFolder => StoredExperiment.At(_store.Folder, _experiment, _plan).Folder;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _pool?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task ShardAsync(int shard)
    {
        if (Sealed(shard) is { IsComplete: true } complete)
        {
            Report(_progress with { Reused = _progress.Reused + complete.Held, Bytes = _progress.Bytes + complete.Bytes, ShardsSealed = _progress.ShardsSealed + 1 });
            return;
        }

        using var writer = _store.OpenShard(_experiment, _plan, shard);
        var (first, count) = _plan.Shard(shard);
        var next = writer.Held.Count > 0 ? writer.Held[^1].Index + 1 : first;
        var before = _progress.Bytes;

        // Frames that an earlier run had to leave out stay out until the shard is written anew: in the middle there is no room for them.
        Report(_progress with { Reused = _progress.Reused + writer.Held.Count, Failed = _progress.Failed + (next - first) - writer.Held.Count, Bytes = before + writer.Bytes });
        await FramesAsync(writer, next, first + count, before).ConfigureAwait(false);
        if (_isInterrupted)
        {
            writer.Flush();
            return;
        }

        if (writer.Held.Count > 0)
        {
            var bytes = writer.Seal().Bytes;
            Report(_progress with { Bytes = before + bytes, ShardsSealed = _progress.ShardsSealed + 1 });
        }
    }

    private SealedShard? Sealed(int shard)
    {
        try
        {
            return _store.Sealed(_experiment, _plan, shard);
        }
        catch (DamagedShardException e)
        {
            throw new RayshardException(e.ExitCode, $"{e.Message}; move the file out of the store and type the same command: its frames are rendered again", e);
        }
    }

    private async Task FramesAsync(ShardWriter writer, long from, long to, long bytesBefore)
    {
        using var frames = ToRender(from, to).GetEnumerator();
        if (frames.MoveNext())
        {
            await foreach (var outcome in Pool().RenderAsync(From(frames), _run.Finish, _run.Now).ConfigureAwait(false))
            {
                using (outcome)
                {
                    AppendReused(writer);
                    _steps.Dequeue();
                    Store(writer, outcome);
                    if (_progress.Rendered == 1)
                    {
                        await WriteProvenanceAsync().ConfigureAwait(false); // Not only at the end, which a killed run never sees.
                    }

                    Report(_progress with { FailedTries = _pool!.FailedTries, Bytes = bytesBefore + writer.Bytes });
                    KeepMemoryFlat();
                }
            }
        }

        AppendReused(writer);
        Report(_progress with { Bytes = bytesBefore + writer.Bytes });
        _isInterrupted = _steps.Count > 0 || (_run.Finish.IsCancellationRequested && (writer.Held.Count == 0 || writer.Held[^1].Index < to - 1));
        _steps.Clear();
    }

    // Decides frame by frame, as the pool asks for more, whether the store has it; what it has waits its turn among what is rendered.
    private IEnumerable<Frame> ToRender(long from, long to)
    {
        for (var index = from; index < to && !_run.Finish.IsCancellationRequested; index++)
        {
            var frame = _plan.At(index);
            var isStored = IsStored(frame);
            _steps.Enqueue((frame, isStored));
            if (!isStored)
            {
                yield return frame;
            }
        }
    }

    // Reads it whole: a damaged copy must be known while the frame can still be rendered in its turn.
    private bool IsStored(Frame frame)
    {
        try
        {
            using var stored = _store.TryFind(frame.Key);
            using var blobs = stored is null ? null : FrameBlobs.Of(_experiment, frame, stored);
            return blobs is not null;
        }
        catch (DamagedShardException)
        {
            // Verify says what is damaged; rendering the frame again is the cure.
            return false;
        }
    }

    private static IEnumerable<Frame> From(IEnumerator<Frame> begun)
    {
        do
        {
            yield return begun.Current;
        }
        while (begun.MoveNext());
    }

    private void AppendReused(ShardWriter writer)
    {
        while (_steps.TryPeek(out var step) && step.IsStored)
        {
            using (var stored = _store.TryFind(step.Frame.Key))
            using (var blobs = FrameBlobs.Of(_experiment, step.Frame, stored ?? throw new RayshardException(ExitCode.Failed, $"frame {step.Frame.Index} was in the store and is gone: another process changes it; type the same command again")))
            {
                writer.Append(step.Frame, blobs.Record, blobs.Blobs);
            }

            _steps.Dequeue();
            _progress = _progress with { Reused = _progress.Reused + 1 };
        }
    }

    private void Store(ShardWriter writer, FrameOutcome outcome)
    {
        if (outcome is QuarantinedFrame quarantined)
        {
            _evidence!.Quarantine(quarantined);
            _progress = _progress with { Failed = _progress.Failed + 1 };
            return;
        }

        var rendered = (RenderedFrame)outcome;
        using var blobs = FrameBlobs.Of(_experiment, rendered);
        writer.Append(outcome.Frame, blobs.Record, blobs.Blobs);
        _evidence!.Progress.Rendered(outcome.Frame.Index, rendered.Seconds);
        _progress = _progress with { Rendered = _progress.Rendered + 1 };
    }

    // The collector's first generation may grow to the size of the CPU's cache, 60 MB and more, before it is looked at: 0.3 ms here keep
    // the host where it is after its first frames.
    private void KeepMemoryFlat()
    {
        if (_progress.Done % 64 == 0)
        {
            GC.Collect(0, GCCollectionMode.Forced, blocking: true);
        }
    }

    private async Task WriteProvenanceAsync()
    {
        if (_pool is not null)
        {
            await _evidence!.WriteProvenanceAsync(_toolchain!, _pool, ShardFolder, _run.Time).ConfigureAwait(false);
        }
    }

    private WorkerPool Pool()
    {
        if (_pool is null)
        {
            _unlike = UnlikeBefore();
            _evidence = new(_run.RunsFolder, _experiment, _run.Time);
            _pool = _openPool(_evidence);
        }

        return _pool;
    }

    // Before the first frame, so that nothing is mixed where the experiment forbids it.
    private List<string> UnlikeBefore()
    {
        var here = Fingerprint.Before(_toolchain!);
        var unlike = StoredFingerprints.Read(ShardFolder).SelectMany(here.CausesAsFarAsKnown).Distinct().ToList();
        return unlike.Count == 0 || _experiment.Fleet == Fleet.Report ? unlike : throw new RayshardException(ExitCode.MachineLacks,
            $"experiment '{_experiment.Name}': fleet: it refuses machines that need not give the same bits, and this one is unlike those that rendered '{ShardFolder}' ({string.Join("; ", unlike)}): "
            + "render on a machine like those, into another --store, or set fleet to 'report'");
    }

    private void Report(RenderProgress progress, string? ended = null)
    {
        _progress = progress with { Elapsed = Stopwatch.GetElapsedTime(_started) };
        _evidence?.Progress.Write(_progress, _pool?.Workers ?? [], ended);
        _run.Progress?.Report(_progress);
    }
}

/// <summary>What the experiments of one run share.</summary>
/// <param name="RunsFolder">Folder for evidence.</param>
/// <param name="Time">The clock, for names and notes only.</param>
/// <param name="Progress">Hears of every frame; may be called thousands of times a second.</param>
/// <param name="Finish">Set to end after the frames in flight.</param>
/// <param name="Now">Set to end at once.</param>
internal sealed record RenderRun(string RunsFolder, TimeProvider Time, IProgress<RenderProgress>? Progress, CancellationToken Finish, CancellationToken Now);
