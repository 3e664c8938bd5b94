using Rayshard.Reporting;

namespace Rayshard.Build.Verbs;

/// <summary>Serves the live page of one experiment.</summary>
public sealed class Watching(KitContext context)
{
    /// <summary>Serves until Ctrl-C, which is how it is meant to end.</summary>
    /// <exception cref="RayshardException">Several experiments were named, or the port is taken.</exception>
    public async Task RunAsync()
    {
        if (context.Experiments is not [{ Experiment: var experiment }])
        {
            throw new RayshardException(ExitCode.AskedWrongly, $"--experiment: one page shows one experiment, not {context.Experiments.Count}; give one --experiment=NAME");
        }

        using var shelf = FrameShelf.Open(context.Options.Store, experiment);
        var watch = new Watch(shelf, context.Folders.Runs, context.Options.Port ?? Watch.DefaultPort, TimeProvider.System);
        await watch.ServeAsync(() => context.Terminal.Say($"{experiment.Name}: {watch.Address} (only from this machine; Ctrl-C ends it)"), context.Interruption.Finish).ConfigureAwait(false);
    }
}
