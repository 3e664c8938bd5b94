using System.Globalization;
using Newtonsoft.Json;
using Rayshard.Build.Progress;
using Rayshard.Execution;
using Rayshard.Inspection;
using Rayshard.Sharing;
using Rayshard.Storage;

namespace Rayshard.Build.Verbs;

/// <summary>Inspects stored frames or a file and tells what came of it: a line per channel, one JSON, and the exit code.</summary>
public sealed class Inspecting(KitContext context)
{
    private const string Ramp = "ramp";

    private static readonly string[] s_ours = [".npy", ".tar"];

    /// <summary>Inspects the file that was named, or else the experiments or the bundle.</summary>
    /// <exception cref="ToldException">Something was lost on the way (<see cref="ExitCode.NotSo"/>).</exception>
    public async Task RunAsync()
    {
        var isLossy = false;
        if (context.Options.File is { } file && !Directory.Exists(file))
        {
            isLossy = Tell(await InspectAsync(file).ConfigureAwait(false));
        }
        else
        {
            var (experiments, folder) = context.Options.File is { } bundle ? OpenBundle(bundle) : await BundlePlace.ExperimentsAsync(context).ConfigureAwait(false);
            using var store = Store.OpenReadOnly(folder);
            foreach (var resolved in experiments)
            {
                isLossy |= Tell(Inspector.OfExperiment(store, resolved.Experiment, context.Options.Sample ?? FrameSample.All, context.Interruption.Finish));
            }
        }

        if (isLossy)
        {
            throw new ToldException(ExitCode.NotSo);
        }
    }

    private (IReadOnlyList<ResolvedExperiment> Experiments, string Store) OpenBundle(string folder)
    {
        try
        {
            return BundlePlace.LayOut(context, Bundle.Open(folder));
        }
        catch (RayshardException e) when (e.ExitCode == ExitCode.NotFound)
        {
            throw new RayshardException(ExitCode.NotFound, $"--file={folder}: is a folder, and no finished bundle: give one that Bundle made, or a file; of a store, --store=DIR --experiment=NAME", e);
        }
    }

    private async Task<Inspection.Inspection> InspectAsync(string file)
    {
        var (now, isRamp) = (context.Interruption.Finish, context.Options.Experiments.Contains(Ramp));
        if (!File.Exists(file) || s_ours.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
        {
            return Inspector.OfFile(file, isRamp, now);
        }

        var folder = Directory.CreateTempSubdirectory("rayshard-inspect-").FullName;
        try
        {
            var passes = (await context.Kit.ReadPicturesAsync(context.Experiments[0], [file], folder, now).ConfigureAwait(false)).Single();
            return Inspector.OfPicture(file, [.. passes.Select(one => new PictureArray(one.Npy, one.Declared, one.Pass, one.Channels))], isRamp, now);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private bool Tell(Inspection.Inspection found)
    {
        var json = InspectionJson.Of(found);
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(context.Folders.Runs, "_inspect", found.Subject)).FullName, "inspect.json");
        File.WriteAllText(path, json.ToString(Formatting.Indented) + "\n");
        if (context.Options.Json)
        {
            context.Terminal.Answer(json);
            return found.IsLossy;
        }

        var say = context.Terminal.Say;
        say($"### {found.Subject}: {Verdicts.Word(found.Verdict)}");
        foreach (var pass in found.Passes)
        {
            say("");
            say($"{pass.Pass}: {Words.Count(pass.Frames, "frame")} of {pass.Width}x{pass.Height}");
            foreach (var channel in pass.Channels)
            {
                say($"  {channel.Channel}  {channel.Line}");
                say($"     {Range(channel.Statistics)}{string.Concat(channel.Notes.Select(note => "; " + note))}");
            }

            foreach (var note in pass.Notes)
            {
                say($"  {note}");
            }
        }

        say("");
        say(Verdicts.Method);
        say($"Report: {context.Folders.Show(path)}");
        return found.IsLossy;
    }

    private static string Range(ChannelStatistics found) => string.Create(CultureInfo.InvariantCulture,
        $"{found.Values:N0} values, {found.Min:G9} to {found.Max:G9}, {100.0 * found.Zeros / found.Values:0.##} % are 0, {100.0 * found.Ones / found.Values:0.##} % are 1; {found.Distinct:N0} distinct in the {found.Sampled:N0} of the sample");
}
