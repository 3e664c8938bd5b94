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
    private readonly Queue<Step> _steps = [];
    private readonly RecordWriter _records;
    private readonly RenderCounts _counts = new();
    private readonly StoringQueue _storing;
    private readonly FlatMemory _memory = new();
    private int _rendering;
    private ShardRun? _last;
    private bool _isWhole, _hasProvenance;
    private WorkerPool? _pool;
    private Toolchain? _toolchain;
    private RunEvidence? _evidence;
    private RenderProgress _progress;
    private bool _isInterrupted;
    private IReadOnlyList<string> _unlike = [];
    private readonly Func<IReadOnlyList<WorkerState>> _workers;

    /// <param name="resolved">The experiment.</param>
    /// <param name="store">The store, open for writing.</param>
    /// <param name="run">What all experiments of the run share.</param>
    /// <param name="openPool">Opens the Workers; called when the first frame has to be rendered, not before.</param>
    public ExperimentRun(ResolvedExperiment resolved, Store store, RenderRun run, Func<RunEvidence, WorkerPool> openPool)
    {
        _resolved = resolved;
        _experiment = resolved.Experiment;
        _plan = new(_experiment);
        _records = new(_experiment);
        _storing = new(_plan);
        _store = store;
        _run = run;
        _openPool = openPool;
        _workers = () => _pool?.Workers ?? [];
        _progress = new(_experiment.Name, _plan.Count) { Shards = _plan.ShardCount };
    }

    /// <summary>Renders to the end, or until <see cref="RenderRun.Finish"/> is set.</summary>
    public async Task<RenderSummary> RunAsync(Toolchain toolchain)
    {
        _toolchain = toolchain;
        await Task.Factory.StartNew(Render, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        await _store.IndexAsync(_experiment, _plan, _run.Now).ConfigureAwait(false);
        await WriteProvenanceAsync().ConfigureAwait(false);
        Report(_progress, _isInterrupted ? "interrupted" : "done");
        return new(_progress, _isInterrupted, _evidence?.Folder, ShardFolder) { Unlike = _unlike, SceneEngine = _pool?.Evidence?.SceneEngine };
    }

    private string ShardFolder => StoredExperiment.At(_store.Folder, _experiment, _plan).Folder;

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _storing.Dispose();
        return _pool?.DisposeAsync() ?? ValueTask.CompletedTask;
    }

    // On a thread of its own. The frames of all shards are one stream, so that no Worker waits while a shard is sealed.
    private void Render()
    {
        using var frames = ToRender().GetEnumerator();
        try
        {
            if (frames.MoveNext())
            {
                foreach (var outcome in Pool().Render(From(frames), Rest, _run.Finish, _run.Now))
                {
                    Store(_steps.Dequeue(), outcome);
                    Settle();
                    ReportRendered();
                    _memory.Keep(_counts.ShardsSealed);
                }
            }

            Settle();
            _storing.Drain();
            _isInterrupted = _steps.Count > 0 || !_isWhole;
            Open().ForEach(shard => shard.Flush());
        }
        finally
        {
            _storing.Dispose();
            Open().ForEach(shard => shard.Dispose());
            _steps.Clear();
            Report(_progress); // Of a run that is stopped at once, too, what was ready is stored and told.
        }
    }

    private void Rest()
    {
        if (_storing.Idle())
        {
            ReportRendered();
        }
    }

    private void ReportRendered() => Report(_progress with { FailedTries = _pool!.FailedTries, Calibration = _pool.Calibration });

    private List<ShardRun> Open() => [.. _steps.Select(step => step.Shard).Append(_last).OfType<ShardRun>().Distinct()];

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

    // Decides frame by frame, as the pool asks for more, whether the store has it; what it has waits its turn among what is rendered.
    private IEnumerable<Frame> ToRender()
    {
        for (var number = 0; number < _plan.ShardCount; number++)
        {
            if (_run.Finish.IsCancellationRequested)
            {
                yield break;
            }

            if (Sealed(number) is { IsComplete: true } complete)
            {
                _counts.Found(complete.Held, complete.Bytes, isSealed: true);
                Report(_progress);
                continue;
            }

            var shard = Begin(number, out var next);
            var (first, count) = _plan.Shard(number);
            for (var index = next; index < first + count; index++)
            {
                if (_run.Finish.IsCancellationRequested)
                {
                    yield break;
                }

                var frame = _plan.At(index);
                var isStored = IsStored(frame);
                Enqueue(new(shard, frame, isStored));
                if (!isStored)
                {
                    yield return frame;
                }
            }

            Enqueue(new(shard, null, false));
        }

        _isWhole = true;
    }

    private ShardRun Begin(int number, out long next)
    {
        var shard = new ShardRun(() => _store.OpenShard(_experiment, _plan, number), _storing, _counts);
        var first = next = _plan.Shard(number).First;
        if (_store.IsBegun(_experiment, _plan, number) && shard.Writer is { Held: { Count: > 0 } held } writer)
        {
            // Frames that an earlier run had to leave out stay out until the shard is written anew: in the middle there is no room for them.
            next = held[^1].Index + 1;
            _counts.Found(held.Count, writer.Bytes, isSealed: false);
            Report(_progress with { Failed = _progress.Failed + (next - first) - held.Count });
        }

        return shard;
    }

    private void Enqueue(Step step)
    {
        _steps.Enqueue(step);
        _rendering += step.IsRendered ? 1 : 0;
        if (_rendering == 0)
        {
            Settle(); // Not later: a million reused frames would wait in memory.
        }
    }

    // Does all that comes before the next frame that is being rendered.
    private void Settle()
    {
        while (_steps.TryPeek(out var step) && !step.IsRendered)
        {
            if (step.Frame is null)
            {
                step.Shard.Seal();
                _last = null;
            }
            else
            {
                AppendReused(step.Shard, step.Frame);
            }

            _steps.Dequeue();
            Report(_progress);
        }
    }

    // Reads it whole: a damaged copy must be known while the frame can still be rendered in its turn.
    private bool IsStored(Frame frame)
    {
        try
        {
            using var stored = _store.TryFind(frame.Key);
            using var blobs = stored is null ? null : FrameBlobs.Of(_records, frame, stored);
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

    private void AppendReused(ShardRun shard, Frame frame)
    {
        using var stored = _store.TryFind(frame.Key)
            ?? throw new RayshardException(ExitCode.Failed, $"frame {frame.Index} was in the store and is gone: another process changes it; type the same command again");
        var blobs = FrameBlobs.Of(_records, frame, stored);
        shard.Append(frame, () => blobs, isReused: true);
        _last = shard;
    }

    private void Store(Step step, FrameOutcome outcome)
    {
        _rendering--;
        _last = step.Shard;
        if (outcome is QuarantinedFrame quarantined)
        {
            _evidence!.Quarantine(quarantined);
            _progress = _progress with { Failed = _progress.Failed + 1 };
            return;
        }

        var rendered = (RenderedFrame)outcome;
        step.Shard.Append(outcome.Frame, () => FrameBlobs.Taken(_experiment, _records, rendered), isReused: false);
        _evidence!.Progress.Rendered(outcome.Frame.Index, rendered.Seconds);
        if (!_hasProvenance)
        {
            _hasProvenance = true;
            WriteProvenanceAsync().GetAwaiter().GetResult(); // Not only at the end, which a killed run never sees.
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
            // Before the first frame, so that nothing is mixed where the experiment forbids it.
            _unlike = StoredFingerprints.Unlike(ShardFolder, _experiment, _toolchain!);
            _evidence = new(_run.RunsFolder, _experiment, _run.Time);
            _pool = _openPool(_evidence);
        }

        return _pool;
    }

    private void Report(RenderProgress progress, string? ended = null)
    {
        _progress = _counts.On(progress) with { Elapsed = Stopwatch.GetElapsedTime(_started) };
        _evidence?.Progress.Write(_progress, _workers, ended);
        _run.Progress?.Report(_progress);
    }

    /// <summary>What is to be done next in a shard: a frame that is rendered or reused, or, without a frame, the seal.</summary>
    private readonly record struct Step(ShardRun Shard, Frame? Frame, bool IsStored)
    {
        public bool IsRendered => Frame is not null && !IsStored;
    }
}
