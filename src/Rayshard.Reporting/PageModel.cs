using Newtonsoft.Json.Linq;

namespace Rayshard.Reporting;

/// <summary>What precision was found in a channel, in one line: another part of the kit measures it, the page only shows it.</summary>
/// <param name="Pass">Name of the pass.</param>
/// <param name="Channel">Label of the channel.</param>
/// <param name="Text">The verdict.</param>
/// <param name="Holds">Whether it is what was declared; absent where the numbers do not tell.</param>
public sealed record PrecisionVerdict(string Pass, string Channel, string Text, bool? Holds);

/// <summary>The page's JSON: all that is known without looking at a pixel. Names and texts in it come from the experiment and are never trusted.</summary>
internal static class PageModel
{
    public static JObject Of(Experiment experiment, FramePlan plan, PagePlan page) => new()
    {
        ["rayshard"] = 1,
        ["experiment"] = experiment.Name,
        ["description"] = experiment.Description,
        ["planned"] = plan.Count,
        ["indexes"] = page.Indexes.Count == plan.Count ? null : new JArray(page.Indexes),
        ["size"] = new JArray(experiment.Render.Width, experiment.Render.Height),
        ["passes"] = new JArray(page.Passes.Select(pass => new JObject
        {
            ["name"] = pass.Name,
            ["channels"] = new JArray(pass.Channels),
            ["kind"] = pass.Kind switch { PassKind.Colour => "colour", PassKind.Measure => "measure", _ => "vector" },
            ["unit"] = pass.Unit,
            ["thumbnail"] = new JArray(pass.Thumbnail.Width, pass.Thumbnail.Height, PassKinds.Shown(pass.Kind, pass.Channels.Count)),
        })),
        ["first_pass"] = page.FirstPass,
        ["packet_bytes"] = page.PacketBytes,
        ["parameters"] = Parameters(experiment, [.. page.Indexes.Select(plan.At)]),
        ["facts"] = Facts(experiment, plan),
        ["definition"] = JObject.Parse(System.Text.Encoding.UTF8.GetString(ExperimentFile.Write(experiment))),
    };

    // A column per number, so that each can be plotted: a vector has one for each component.
    private static JArray Parameters(Experiment experiment, IReadOnlyList<Frame> frames)
    {
        var columns = new JArray();
        foreach (var (parameter, i) in experiment.Parameters.Select((parameter, i) => (parameter, i)))
        {
            var components = frames[0].Values[i].Length;
            for (var component = 0; component < Math.Max(1, components); component++)
            {
                columns.Add(new JObject
                {
                    ["name"] = components > 0 ? $"{parameter.Name}[{component}]" : parameter.Name,
                    ["unit"] = parameter.Unit,
                    ["path"] = parameter.Path,
                    ["numbers"] = frames[0].Values[i].Kind is not (ValueKind.Text or ValueKind.Boolean),
                    ["values"] = new JArray(frames.Select(frame => components > 0 ? frame.Values[i].ToJson()[component] : frame.Values[i].ToJson())),
                });
            }
        }

        return columns;
    }

    private static JArray Facts(Experiment experiment, FramePlan plan) =>
    [
        Fact("Toolchain", experiment.Toolchain),
        Fact("Scene", experiment.Scene.File),
        Fact("Resolution", $"{experiment.Render.Width} × {experiment.Render.Height} px"),
        Fact("Samples", $"{experiment.Render.Samples} per pixel{(experiment.Render.AdaptiveThreshold > 0 ? $", adaptive {experiment.Render.AdaptiveThreshold}" : "")}{(experiment.Render.Denoise ? ", denoised" : "")}"),
        Fact("Capture", $"{experiment.Capture}".ToLowerInvariant()),
        Fact("CPU kernel", $"{experiment.CpuKernel}".ToLowerInvariant()),
        Fact("Seed", $"{experiment.Seed}"),
        Fact("Settings", plan.Settings.ToString()),
        Fact("Shard set", plan.ShardSet.ToString()),
    ];

    /// <summary>A line of a table.</summary>
    internal static JArray Fact(string name, string value) => [name, value];
}
