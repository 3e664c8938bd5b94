using Newtonsoft.Json.Linq;
using Rayshard.Build.Progress;
using Rayshard.Execution;

namespace Rayshard.Build.Verbs;

/// <summary>Renders what the store lacks, or one frame alone.</summary>
public sealed class Rendering(KitContext context)
{
    /// <summary>Renders, shows how far it is, and sums up.</summary>
    public Task RunAsync(IReadOnlyList<ResolvedExperiment> experiments) => context.Options.Frame is { } frame
        ? FrameAsync(experiments, frame)
        : AllAsync(Asked(experiments));

    private async Task AllAsync(RenderRequest request)
    {
        var summaries = await RenderViews.For(context.Terminal, context.Options.Json)
            .ShowAsync(progress => context.Kit.RenderAsync(request, progress, context.Interruption.Finish, context.Interruption.Now)).ConfigureAwait(false);
        new Summary(context.Terminal, context.Folders).Tell(summaries, context.Options.Json, summaries.Count < request.Experiments.Count);
    }

    private async Task FrameAsync(IReadOnlyList<ResolvedExperiment> experiments, long frame)
    {
        if (experiments.Count != 1)
        {
            throw new RayshardException(ExitCode.AskedWrongly, $"--frame={frame}: of which experiment? Give one --experiment=NAME");
        }

        var (record, failures) = await context.Kit.RenderFrameAsync(experiments[0], frame, Asked(experiments), context.Interruption.Finish).ConfigureAwait(false);
        foreach (var failure in failures)
        {
            context.Terminal.Say($"{failure} (log: {context.Folders.Show(failure.Log)})");
            context.Terminal.Say($"{failure.Detail}{failure.LogTail}".TrimEnd());
        }

        context.Terminal.Answer(record is null
            ? new JObject { ["type"] = "frame", ["index"] = frame, ["tries"] = failures.Count }
            : new JObject { ["type"] = "frame", ["index"] = frame, ["record"] = record.Address.ToString(), ["passes"] = new JObject(record.Passes.Select(pass => new JProperty(pass.Name, pass.Address.ToString()))) });
        if (record is null)
        {
            throw new RayshardException(ExitCode.Failed, $"Frame {frame} of '{experiments[0].Experiment.Name}' failed {failures.Count} times; the evidence is above. Nothing was stored.");
        }
    }

    private RenderRequest Asked(IReadOnlyList<ResolvedExperiment> experiments) => Request(context, experiments) with
    {
        OtherEngine = (experiment, engine) => context.Terminal.Say($"{experiment}: the scene is set to {engine}, but Cycles renders it, as it does every scene: set render.engine to CYCLES in the scene's file, where that is what you want"),
    };

    /// <summary>What the command line asks for.</summary>
    internal static RenderRequest Request(KitContext context, IReadOnlyList<ResolvedExperiment> experiments) => new()
    {
        Experiments = experiments,
        StoreFolder = context.Options.Store,
        RunsFolder = context.Folders.Runs,
        Workers = context.Options.Workers.Count,
        FrameDeadline = context.Options.Workers.FrameDeadline,
        WorkerMemoryBytes = context.Options.Workers.MemoryBytes,
    };
}
