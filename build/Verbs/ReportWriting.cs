using Newtonsoft.Json.Linq;
using Rayshard.Build.Progress;
using Rayshard.Inspection;
using Rayshard.Reporting;
using Rayshard.Sharing;
using Rayshard.Storage;

namespace Rayshard.Build.Verbs;

/// <summary>Writes a page for each experiment, or for a bundle, and says where it is.</summary>
public sealed class ReportWriting(KitContext context)
{
    /// <summary>Goes through the experiments.</summary>
    /// <exception cref="RayshardException">The store has none of the frames, or the file can't be written.</exception>
    /// <exception cref="ToldException">A frame could not be read (<see cref="ExitCode.NotSo"/>).</exception>
    public async Task RunAsync()
    {
        var bundle = context.Options.Bundle.From is null ? null : await BundlePlace.HereAsync(context).ConfigureAwait(false);
        var (found, store) = bundle is null ? (context.Experiments, context.Options.Store) : BundlePlace.LayOut(context, bundle);
        var experiments = found.Select(resolved => resolved.Experiment).ToList();
        if (context.Options.Output is { } one && experiments.Count > 1)
        {
            throw new RayshardException(ExitCode.AskedWrongly, $"--output={one}: one file for {experiments.Count} experiments; give one --experiment=NAME, or leave --output out");
        }

        var reports = experiments.ConvertAll(experiment => Write(experiment, store, bundle));
        if (reports.Any(report => report.Faults.Count > 0))
        {
            throw new ToldException(ExitCode.NotSo);
        }
    }

    private ReportSummary Write(Experiment experiment, string store, Bundle? bundle)
    {
        using var shelf = FrameShelf.Open(store, experiment);
        var path = context.Options.Output ?? Path.Combine(context.Folders.Reports, experiment.Name, $"{experiment.Name}.html");
        var report = new Report(shelf, context.Folders.Runs, Precision(experiment, store), bundle is null ? null : BundlePlace.Verified(bundle)).Write(path, context.Options.Sample, TimeProvider.System.GetUtcNow(), context.Interruption.Finish);
        if (context.Options.Json)
        {
            context.Terminal.Answer(new JObject
            {
                ["type"] = "report",
                ["experiment"] = experiment.Name,
                ["path"] = report.Path,
                ["bytes"] = report.Bytes,
                ["frames"] = report.Frames,
                ["planned"] = report.Planned,
                ["with_pixels"] = report.WithPixels,
                ["faults"] = new JArray(report.Faults),
            });
            return report;
        }

        foreach (var fault in report.Faults)
        {
            context.Terminal.Say(fault);
        }

        context.Terminal.Say($"{experiment.Name}: {Words.Count(report.Frames)} of {Words.Count(report.Planned, "frame")}, every float of {Words.Count(report.WithPixels)}; {Words.Bytes(report.Bytes)}: {context.Folders.Show(report.Path)}");
        return report;
    }

    // Of 16 frames: enough to tell floats from steps, and a page must not take as long as reading a store.
    private List<PrecisionVerdict> Precision(Experiment experiment, string folder)
    {
        using var store = Store.OpenReadOnly(folder);
        return [.. Inspector.OfExperiment(store, experiment, FrameSample.Parse("16"), context.Interruption.Finish).Passes
            .SelectMany(pass => pass.Channels.Select(channel => new PrecisionVerdict(pass.Pass, channel.Channel, channel.Line, channel.Verdict switch { Verdict.Raw => true, Verdict.CannotTell or Verdict.Doubtful => null, _ => false })))];
    }
}
