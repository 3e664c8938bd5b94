using System.Globalization;
using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Rayshard.Execution;

namespace Rayshard.Build.Verbs;

/// <summary>Renders a sample on every toolchain and writes what changes from version to version: Markdown for people, one JSON.</summary>
public sealed class Comparing(KitContext context)
{
    private const int MaxSettings = 24;

    /// <summary>Goes through the experiments that were named, or all.</summary>
    /// <exception cref="RayshardException">No toolchain rendered one of them.</exception>
    public async Task RunAsync()
    {
        foreach (var experiment in context.PickedOrAll)
        {
            var request = Rendering.Request(context, [experiment]);
            var matrix = await context.Kit.MatrixAsync(experiment, context.Options.Sample ?? FrameSample.Parse("8"), request, BlenderFacts.Toolchains.Keys, context.Interruption.Finish).ConfigureAwait(false);
            var (json, report) = (Json(matrix), Report(matrix));
            File.WriteAllText(Path.Combine(matrix.Folder, "matrix.json"), json.ToString(Formatting.Indented) + "\n");
            File.WriteAllText(Path.Combine(matrix.Folder, "matrix.md"), report);
            if (context.Options.Json)
            {
                context.Terminal.Answer(json);
            }
            else
            {
                context.Terminal.Say(report);
                context.Terminal.Say($"Report and difference pictures: {context.Folders.Show(matrix.Folder)}");
            }

            if (matrix.Cells.All(cell => cell.Refusal is not null))
            {
                throw new RayshardException(ExitCode.MachineLacks, $"no toolchain rendered '{matrix.Experiment}'; the reasons are above");
            }
        }
    }

    private static string Report(Matrix matrix)
    {
        var text = new StringBuilder($"### {matrix.Experiment} on every toolchain, frames {string.Join(", ", matrix.Frames)}\n\n| toolchain | Blender | passes left out | records |\n|---|---|---|---|\n");
        foreach (var cell in matrix.Cells)
        {
            text.Append($"| {cell.Pin.Id} | {cell.Pin.Version} | {(cell.LeftOut.Count == 0 ? "-" : string.Join(", ", cell.LeftOut))} | {cell.Refusal ?? $"{cell.Records![0].ToString()[..12]} ..."} |\n");
        }

        foreach (var step in matrix.Steps)
        {
            Step(text, step);
        }

        return text.ToString();
    }

    private static void Step(StringBuilder text, MatrixStep step)
    {
        text.Append($"\n#### From {step.From.Version} ({step.From.Id}) to {step.To.Version} ({step.To.Id})\n\n| pass | | floats that differ | PSNR dB | noise dB | mean before | mean after |\n|---|---|---:|---:|---:|---:|---:|\n");
        foreach (var pass in step.Passes)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {pass.Pass} | {Word(pass.Movement)} | {100 * pass.Share:0.###} % | {Decibels(pass.Worst)} | {Decibels(pass.Noise)} | {pass.OlderMean:G5} | {pass.NewerMean:G5} |\n");
        }

        text.Append('\n');
        foreach (var change in step.Changes)
        {
            text.Append($"- Since {change.Version}: {change.What}{(change.Source is { } source ? $" ([notes]({source}))" : "")}.\n");
        }

        // A setting that only one of them has is a feature that came or went: the JSON has it. One that both have and set unlike is a default that changed.
        var settings = step.Settings.Where(setting => setting is { Older: not null, Newer: not null }).ToList();
        foreach (var (path, older, newer) in settings.Take(MaxSettings))
        {
            text.Append($"- `{path}`: {older!.ToString(Formatting.None)}, then {newer!.ToString(Formatting.None)}.\n");
        }

        text.Append($"- {(settings.Count > MaxSettings ? $"{settings.Count - MaxSettings} more settings differ, and " : "")}{step.Settings.Count - settings.Count} settings came or went: see `matrix.json`.\n");
    }

    private static JObject Json(Matrix matrix) => new()
    {
        ["type"] = "matrix",
        ["experiment"] = matrix.Experiment,
        ["frames"] = new JArray(matrix.Frames),
        ["toolchains"] = new JArray(matrix.Cells.Select(cell => new JObject
        {
            ["id"] = cell.Pin.Id,
            ["version"] = cell.Pin.Version,
            ["passes_left_out"] = new JArray(cell.LeftOut),
            ["refusal"] = cell.Refusal,
            ["records"] = cell.Records is null ? null : new JArray(cell.Records.Select(record => record.ToString())),
            ["fingerprint"] = cell.Fingerprint?.ToJson(),
            ["settings"] = cell.Settings,
        })),
        ["steps"] = new JArray(matrix.Steps.Select(step => new JObject
        {
            ["from"] = step.From.Id,
            ["to"] = step.To.Id,
            ["passes"] = new JObject(step.Passes.Select(pass => new JProperty(pass.Pass, new JObject
            {
                ["movement"] = Word(pass.Movement),
                ["share"] = pass.Share,
                ["max_abs"] = Number(pass.Worst.MaxAbs),
                ["psnr_db"] = Number(pass.Worst.PsnrDb),
                ["noise_psnr_db"] = Number(pass.Noise.PsnrDb),
                ["mean_before"] = Number(pass.OlderMean),
                ["mean_after"] = Number(pass.NewerMean),
            }))),
            ["settings"] = new JObject(step.Settings.Select(setting => new JProperty(setting.Path, new JArray(setting.Older!, setting.Newer!)))),
            ["changes"] = new JArray(step.Changes.Select(change => new JObject { ["version"] = change.Version, ["what"] = change.What, ["source"] = change.Source })),
        })),
    };

    private static JToken? Number(double value) => double.IsFinite(value) ? value : null;

    private static string Decibels(PassDifference difference) =>
        double.IsPositiveInfinity(difference.PsnrDb) ? "same" : difference.PsnrDb.ToString("0.0", CultureInfo.InvariantCulture);

    private static string Word(Movement movement) => movement.ToString().ToLowerInvariant();
}
