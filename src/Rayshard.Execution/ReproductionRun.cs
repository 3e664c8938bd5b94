using Rayshard.Blender;
using Rayshard.Storage;

namespace Rayshard.Execution;

/// <summary>Renders chosen frames of one experiment again, past the store, and grades each pass.</summary>
internal sealed class ReproductionRun(Experiment experiment, Func<WorkerPool> openPool, RunEvidence evidence, CancellationToken now)
{
    private readonly FramePlan _plan = new(experiment);
    private readonly List<long> _missing = [];
    private readonly HashSet<string> _drawn = [];

    /// <summary>Frames that there was nothing to hold against.</summary>
    public IReadOnlyList<long> Missing => _missing;

    /// <summary>What decided the pixels now.</summary>
    public Fingerprint? Fingerprint { get; private set; }

    /// <summary>Holds the chosen frames against what a store has of them.</summary>
    public async Task<IReadOnlyList<FrameVerdict>> AgainstStoreAsync(FrameSample sample, Store store, Toolchain toolchain)
    {
        var frames = new List<Frame>();
        foreach (var frame in sample.Of(_plan.Settings, _plan.Count).Select(_plan.At))
        {
            using var stored = store.TryFind(frame.Key);
            if (stored is null)
            {
                _missing.Add(frame.Index);
            }
            else
            {
                frames.Add(frame);
            }
        }

        await using var pool = openPool();
        var verdicts = await CompareAsync(pool, frames, frame =>
        {
            using var stored = store.TryFind(frame.Key)!;
            return FrameBlobs.Of(new RecordWriter(experiment), frame, stored);
        }, GradeOf, toolchain).ConfigureAwait(false);
        await HoldAgainstNoiseAsync(pool, [.. frames.Where(frame => verdicts[frame.Index].Passes.Any(NeedsNoise))], verdicts).ConfigureAwait(false);
        return [.. verdicts.Values];
    }

    /// <summary>Holds the chosen frames, rendered one after another by one Worker, against each rendered by a Worker that has seen nothing else.</summary>
    public async Task<IReadOnlyList<FrameVerdict>> AgainstAloneAsync(FrameSample sample, Toolchain toolchain)
    {
        var alone = new Dictionary<long, FrameBlobs>();
        try
        {
            var frames = sample.Of(_plan.Settings, _plan.Count).Select(_plan.At).ToList();
            foreach (var frame in frames)
            {
                await using var fresh = openPool();
                await foreach (var outcome in fresh.RenderAsync([frame], now, now).ConfigureAwait(false))
                {
                    using (outcome)
                    {
                        if (outcome is RenderedFrame rendered)
                        {
                            alone[frame.Index] = FrameBlobs.Of(experiment, rendered);
                        }
                        else
                        {
                            _missing.Add(frame.Index);
                        }
                    }
                }
            }

            await using var pool = openPool();

            // One machine, one build, one kernel: whatever differs has leaked, however little it is.
            var verdicts = await CompareAsync(pool, [.. frames.Where(frame => alone.ContainsKey(frame.Index))], frame => FrameBlobs.Of(alone[frame.Index]),
                (_, difference) => difference.Differing == 0 ? Grade.Identical : Grade.Different, toolchain).ConfigureAwait(false);
            return [.. verdicts.Values];
        }
        finally
        {
            foreach (var blobs in alone.Values)
            {
                blobs.Dispose();
            }
        }
    }

    private async Task<SortedDictionary<long, FrameVerdict>> CompareAsync(WorkerPool pool, List<Frame> frames, Func<Frame, FrameBlobs> first, Func<string, PassDifference, Grade> grade, Toolchain toolchain)
    {
        var verdicts = new SortedDictionary<long, FrameVerdict>();
        await foreach (var outcome in pool.RenderAsync(frames, now, now).ConfigureAwait(false))
        {
            using (outcome)
            {
                verdicts[outcome.Frame.Index] = outcome is RenderedFrame rendered ? Compare(rendered, first, grade) : new(outcome.Frame.Index, [], outcome.Failures);
            }
        }

        now.ThrowIfCancellationRequested();
        Fingerprint = await pool.FingerprintAsync(toolchain).ConfigureAwait(false);
        return verdicts;
    }

    private FrameVerdict Compare(RenderedFrame rendered, Func<Frame, FrameBlobs> first, Func<string, PassDifference, Grade> grade)
    {
        using var here = FrameBlobs.Of(experiment, rendered);
        using var there = first(rendered.Frame);
        var verdicts = new List<PassVerdict>();
        foreach (var (pass, i) in here.Record.Passes.Select((pass, i) => (pass, i)))
        {
            var mine = Npy.Pixels(here.Blobs[i].Span);
            var other = Npy.Pixels(there.Blobs[i].Span);
            var difference = PassDifference.Of(other, mine);
            verdicts.Add(new(pass.Name, grade(pass.Name, difference), difference, null));
            if (difference.Differing > 0 && _drawn.Add(pass.Name))
            {
                DifferencePicture.Write(Path.Combine(evidence.Folder, $"{pass.Name}-frame-{rendered.Frame.Index}.png"), other, mine, pass.Width, pass.Channels.Count);
            }
        }

        return new(rendered.Frame.Index, verdicts, rendered.Failures);
    }

    private Grade GradeOf(string pass, PassDifference difference) =>
        difference.Differing == 0 ? Grade.Identical : ToleranceOf(pass)?.Holds(difference) == true ? Grade.WithinTolerance : Grade.Different;

    private bool NeedsNoise(PassVerdict verdict) => verdict.Grade == Grade.Different && ToleranceOf(verdict.Pass) is null;

    private Tolerance? ToleranceOf(string pass) => experiment.Tolerances?.GetValueOrDefault(pass);

    // The noise is this machine's: each frame once more, and then with another seed.
    private async Task HoldAgainstNoiseAsync(WorkerPool pool, List<Frame> frames, SortedDictionary<long, FrameVerdict> verdicts)
    {
        FrameBlobs? again = null;
        try
        {
            await foreach (var outcome in pool.RenderAsync(frames.SelectMany(frame => new[] { frame, Reseeded(frame) }), now, now).ConfigureAwait(false))
            {
                using (outcome)
                {
                    var blobs = outcome is RenderedFrame rendered ? FrameBlobs.Of(experiment, rendered) : null;
                    if (blobs is not null && again?.Record.Frame == outcome.Frame.Key)
                    {
                        verdicts[outcome.Frame.Index] = HeldAgainstNoise(verdicts[outcome.Frame.Index], again, blobs);
                    }

                    again?.Dispose();
                    again = blobs;
                }
            }
        }
        finally
        {
            again?.Dispose();
        }
    }

    private FrameVerdict HeldAgainstNoise(FrameVerdict verdict, FrameBlobs again, FrameBlobs reseeded) => verdict with
    {
        Passes = [.. verdict.Passes.Select((pass, i) => NeedsNoise(pass) ? HeldAgainstNoise(pass, PassDifference.Of(Npy.Pixels(again.Blobs[i].Span), Npy.Pixels(reseeded.Blobs[i].Span))) : pass)],
    };

    private static PassVerdict HeldAgainstNoise(PassVerdict pass, PassDifference noise) =>
        pass with { Noise = noise, Grade = Tolerance.IsFarBelowNoise(pass.Difference, noise) ? Grade.WithinTolerance : Grade.Different };

    /// <summary>The frame with another noise seed, which no frame of the experiment is likely to have.</summary>
    internal static Frame Reseeded(Frame frame) => frame with { NoiseSeed = (frame.NoiseSeed + 1) & int.MaxValue };
}
