using Newtonsoft.Json.Linq;
using Rayshard.Build.Progress;
using Rayshard.Sharing.Exports;
using Rayshard.Storage;

namespace Rayshard.Build.Verbs;

/// <summary>Exports stored frames and says what is lost.</summary>
public sealed class Exporting(KitContext context)
{
    /// <summary>Exports the experiments, or the bundle.</summary>
    /// <exception cref="RayshardException">No form was named, one output for several experiments, or it can't be written.</exception>
    public async Task RunAsync()
    {
        var format = context.Options.Format ?? throw new RayshardException(ExitCode.AskedWrongly, "--format: which form? Give --format=hdf5, zarr, npz, exr or png16");
        var (experiments, store) = await BundlePlace.ExperimentsAsync(context).ConfigureAwait(false);
        if (context.Options.Output is { } one && experiments.Count > 1)
        {
            throw new RayshardException(ExitCode.AskedWrongly, $"--output={one}: one output for {experiments.Count} experiments; leave it out, or name one experiment");
        }

        foreach (var resolved in experiments)
        {
            var output = context.Options.Output ?? Path.Combine(context.Folders.Artifacts, "exports", resolved.Experiment.Name + Exporter.Suffix(format));
            var stored = StoredExperiment.At(store, resolved.Experiment, new(resolved.Experiment));
            var frames = Exporter.Run(stored, context.Options.Bundle.Selection, format, output, context.Interruption.Finish);
            Tell(resolved.Experiment.Name, format, frames, output);
        }
    }

    private void Tell(string experiment, ExportFormat format, int frames, string output)
    {
        if (context.Options.Json)
        {
            context.Terminal.Answer(new JObject { ["type"] = "export", ["format"] = format.ToString().ToLowerInvariant(), ["output"] = output, ["frames"] = frames, ["loses"] = Exporter.Loses(format) });
            return;
        }

        context.Terminal.Say($"{experiment}: {Words.Count(frames, "frame")} in {context.Folders.Show(output)}");
        context.Terminal.Say($"  loses: {Exporter.Loses(format)}");
    }
}
