using Newtonsoft.Json.Linq;
using Rayshard.Blender;
using Rayshard.Storage;

namespace Rayshard.Execution;

/// <summary>The kit's verbs: what the Cake tasks call, one each. Thread-safe; holds nothing but where things are.</summary>
/// <param name="toolchains">Where the toolchains' parts are.</param>
/// <param name="time">The clock, for names and notes only; decides no pixel.</param>
public sealed class Kit(ToolchainOptions toolchains, TimeProvider time)
{
    /// <summary>Every pinned toolchain, whether it is here, and what its probes on this machine gave. Brings nothing and starts no Blender.</summary>
    public Task<IReadOnlyList<KnownToolchain>> ToolchainsAsync(CancellationToken now) => Toolchain.KnownAsync(toolchains, now);

    /// <summary>Finds or installs, checks and probes the toolchain of each experiment.</summary>
    /// <returns>A toolchain for each pair of pin and kernel that the experiments name.</returns>
    /// <exception cref="RayshardException">The machine lacks something; the message says what and the way out.</exception>
    public async Task<IReadOnlyList<Toolchain>> ProvisionAsync(IEnumerable<ResolvedExperiment> experiments, CancellationToken now)
    {
        var found = new List<Toolchain>();
        foreach (var experiment in experiments.Select(e => e.Experiment).DistinctBy(e => (e.Toolchain, e.CarriedPin, e.CpuKernel)))
        {
            found.Add(await ProvisionAsync(experiment, now).ConfigureAwait(false));
        }

        return found;
    }

    /// <summary>Renders what the store lacks of each experiment, one after another.</summary>
    /// <param name="request">What and where to.</param>
    /// <param name="progress">Hears of frames as they are stored; may be called thousands of times a second.</param>
    /// <param name="finish">Set to end after the frames in flight, with everything kept.</param>
    /// <param name="now">Set to end at once; what was acknowledged is kept all the same.</param>
    /// <returns>A summary for each experiment that was begun.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="now"/> was set.</exception>
    /// <exception cref="RayshardException">The store is busy or damaged, the machine lacks something, Blender refuses the experiment, or no Worker lives.</exception>
    public async Task<IReadOnlyList<RenderSummary>> RenderAsync(RenderRequest request, IProgress<RenderProgress>? progress, CancellationToken finish, CancellationToken now)
    {
        var summaries = new List<RenderSummary>();
        using var store = Store.Open(request.StoreFolder);
        foreach (var resolved in request.Experiments)
        {
            if (finish.IsCancellationRequested)
            {
                break;
            }

            var toolchain = await ProvisionAsync(resolved.Experiment, now).ConfigureAwait(false);
            var run = new RenderRun(request.RunsFolder, time, progress, finish, now);
            await using var experiment = new ExperimentRun(resolved, store, run, evidence => Open(toolchain, resolved, request, evidence));
            summaries.Add(await experiment.RunAsync(toolchain).ConfigureAwait(false));
        }

        return summaries;
    }

    /// <summary>Renders one frame alone by a fresh Worker and stores nothing: to see why a frame was quarantined.</summary>
    /// <returns>The frame's record, and the tries that failed; no record when every try did.</returns>
    /// <exception cref="RayshardException">There is no such frame, the machine lacks something, or Blender refuses the experiment.</exception>
    public async Task<(Record? Record, IReadOnlyList<WorkerFailure> Failures)> RenderFrameAsync(ResolvedExperiment resolved, long index, RenderRequest request, CancellationToken now)
    {
        var plan = new FramePlan(resolved.Experiment);
        if (index < 0 || index >= plan.Count)
        {
            throw new RayshardException(ExitCode.NotFound, $"--frame={index}: experiment '{resolved.Experiment.Name}' has frames 0 to {plan.Count - 1}");
        }

        var toolchain = await ProvisionAsync(resolved.Experiment, now).ConfigureAwait(false);
        var evidence = new RunEvidence(request.RunsFolder, resolved.Experiment, time);
        await using var pool = Open(toolchain, resolved, request with { Workers = 1 }, evidence);
        await foreach (var outcome in pool.RenderAsync([plan.At(index)], now, now).ConfigureAwait(false))
        {
            using (outcome)
            {
                if (outcome is RenderedFrame frame)
                {
                    using var blobs = FrameBlobs.Of(resolved.Experiment, frame);
                    return (blobs.Record, outcome.Failures);
                }

                return (null, outcome.Failures);
            }
        }

        throw new OperationCanceledException(now);
    }

    /// <summary>Renders a sample of an experiment again, past the store, and grades each pass of each frame. The store is only read.</summary>
    /// <exception cref="RayshardException">The store holds none of the frames, the machine lacks something, or Blender refuses the experiment.</exception>
    public async Task<Reproduction> ReproduceAsync(ResolvedExperiment resolved, ReproduceRequest request, CancellationToken now)
    {
        var (experiment, render) = (resolved.Experiment, request.Render);

        // The frames keep the experiment's keys: only what renders them is another.
        var rendered = resolved with { Experiment = experiment with { CpuKernel = request.Kernel ?? experiment.CpuKernel } };
        var toolchain = await ProvisionAsync(rendered.Experiment, now).ConfigureAwait(false);
        var evidence = new RunEvidence(Path.Combine(render.RunsFolder, "_reproduce"), experiment, time);
        var run = new ReproductionRun(experiment, () => Open(toolchain, rendered, request.Isolation ? render with { Workers = 1 } : render, evidence), evidence, now);
        if (request.Isolation)
        {
            var leaks = await run.AgainstAloneAsync(request.Sample, toolchain).ConfigureAwait(false);
            return new(experiment.Name, leaks, run.Missing, run.Fingerprint, [], [], evidence.Folder);
        }

        using var store = Store.OpenReadOnly(render.StoreFolder);
        var verdicts = await run.AgainstStoreAsync(request.Sample, store, toolchain).ConfigureAwait(false);
        if (verdicts.Count == 0)
        {
            throw new RayshardException(ExitCode.NotFound, $"'{render.StoreFolder}' holds none of the {run.Missing.Count} frames of experiment '{experiment.Name}' that were chosen: render it first, or name its store by --store");
        }

        var stored = StoredFingerprints.Read(StoredExperiment.At(store.Folder, experiment, new(experiment)).Folder);
        var causes = run.Fingerprint is { } here ? stored.SelectMany(here.Causes).Distinct().ToList() : [];
        return new(experiment.Name, verdicts, run.Missing, run.Fingerprint, stored, causes, evidence.Folder);
    }

    /// <summary>Renders a sample of an experiment on toolchains, the oldest first, and measures what moves from each to the next. Nothing is stored.</summary>
    /// <param name="resolved">The experiment.</param>
    /// <param name="sample">Which of its frames.</param>
    /// <param name="request">How Workers are run and where evidence goes.</param>
    /// <param name="toolchains">Ids of the toolchains.</param>
    /// <param name="now">Set to end at once.</param>
    /// <returns>The matrix; a toolchain that could not render says why.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="now"/> was set.</exception>
    public async Task<Matrix> MatrixAsync(ResolvedExperiment resolved, FrameSample sample, RenderRequest request, IEnumerable<string> toolchains, CancellationToken now)
    {
        var evidence = new RunEvidence(Path.Combine(request.RunsFolder, "_matrix"), resolved.Experiment, time);
        using var run = new MatrixRun(resolved, sample, evidence, now);
        foreach (var pin in toolchains.Select(id => BlenderFacts.Toolchains[id]).OrderBy(pin => Version.Parse(pin.Version)))
        {
            await run.AddAsync(pin, experiment => ProvisionAsync(experiment, now), (toolchain, experiment) => Open(toolchain, experiment, request, evidence)).ConfigureAwait(false);
        }

        return run.Matrix;
    }

    /// <summary>Has the toolchain of an experiment read pictures, without colour management.</summary>
    /// <param name="resolved">The experiment.</param>
    /// <param name="files">The pictures.</param>
    /// <param name="folder">Where the arrays go; it exists.</param>
    /// <param name="now">Set to end at once.</param>
    /// <exception cref="RayshardException">A file is no picture that Blender reads, or the machine lacks something.</exception>
    public async Task<IReadOnlyList<IReadOnlyList<Picture>>> ReadPicturesAsync(ResolvedExperiment resolved, IReadOnlyList<string> files, string folder, CancellationToken now) =>
        await PictureReader.ReadAsync(await ProvisionAsync(resolved.Experiment, now).ConfigureAwait(false), files, folder, now).ConfigureAwait(false);

    /// <summary>Writes every frame's configuration as JSON Lines, in constant memory.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="now"/> was set.</exception>
    public static void WriteConfigs(IEnumerable<ResolvedExperiment> experiments, TextWriter output, CancellationToken now)
    {
        foreach (var experiment in experiments.Select(e => e.Experiment))
        {
            var plan = new FramePlan(experiment);
            for (var index = 0L; index < plan.Count; index++)
            {
                now.ThrowIfCancellationRequested();
                var frame = plan.At(index);
                output.Write(CanonicalJson.Text(new JObject
                {
                    ["experiment"] = experiment.Name,
                    ["frame"] = frame.Key.ToString(),
                    ["index"] = index,
                    ["noise_seed"] = frame.NoiseSeed,
                    ["parameters"] = new JObject(frame.Values.Select((value, i) => new JProperty(experiment.Parameters[i].Name, value.ToJson()))),
                    ["draws"] = new JObject(frame.Draws.Select(draw => new JProperty(draw.Key, draw.Value))),
                    ["settings"] = plan.Settings.ToString(),
                }));
                output.Write('\n');
            }
        }
    }

    private Task<Toolchain> ProvisionAsync(Experiment experiment, CancellationToken now)
    {
        var pin = experiment.Pin ?? throw new RayshardException(ExitCode.NotFound, $"experiment '{experiment.Name}': its toolchain '{experiment.Toolchain}' is not pinned in blender/toolchains.json, and it brought no pin: pin it there");
        return pin.Provider.Length > 0 || toolchains.Provider is not null
            ? Toolchain.ProvisionAsync(pin, experiment.CpuKernel, toolchains, now)
            : throw new RayshardException(ExitCode.MachineLacks, $"experiment '{experiment.Name}': its toolchain '{pin.Id}' (Blender {pin.Version}, {pin.Build}) is not pinned in blender/toolchains.json, and the pin that it brought has no lock, archive or image to get it by: pin it there");
    }

    private static WorkerPool Open(Toolchain toolchain, ResolvedExperiment resolved, RenderRequest request, RunEvidence evidence)
    {
        var options = new WorkerPoolOptions { LogFolder = evidence.LogFolder, MemoryLimitBytes = request.WorkerMemoryBytes };
        return WorkerPool.Open(toolchain, resolved.Experiment, resolved.Folder, options with
        {
            Workers = request.Workers ?? options.Workers,
            MayRest = request.Workers is null,
            FirstFrameDeadline = request.FirstFrameDeadline ?? options.FirstFrameDeadline,
            FrameDeadline = request.FrameDeadline ?? options.FrameDeadline,
            FirstOpened = worker =>
            {
                if (worker.SceneEngine is { } engine)
                {
                    request.OtherEngine?.Invoke(resolved.Experiment.Name, engine);
                }
            },
        });
    }
}
