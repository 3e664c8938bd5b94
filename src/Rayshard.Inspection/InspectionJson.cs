using Newtonsoft.Json.Linq;

namespace Rayshard.Inspection;

/// <summary>An inspection as <c>inspect.json</c> holds it.</summary>
public static class InspectionJson
{
    /// <summary>Writes it; what is not finite, as the range of a channel without numbers, is null.</summary>
    public static JObject Of(Inspection found) => new()
    {
        ["type"] = "inspection",
        ["subject"] = found.Subject,
        ["verdict"] = Verdicts.Word(found.Verdict),
        ["method"] = Verdicts.Method,
        ["passes"] = new JArray(found.Passes.Select(Pass)),
    };

    private static JObject Pass(PassInspection pass) => new()
    {
        ["pass"] = pass.Pass,
        ["dtype"] = pass.Declared,
        ["shape"] = new JArray(pass.Height, pass.Width, pass.Channels.Count),
        ["frames"] = pass.Frames,
        ["verdict"] = Verdicts.Word(pass.Verdict),
        ["notes"] = new JArray(pass.Notes),
        ["channels"] = new JArray(pass.Channels.Select(Channel)),
    };

    private static JObject Channel(ChannelVerdict channel)
    {
        var counted = channel.Statistics;
        return new()
        {
            ["channel"] = channel.Channel,
            ["verdict"] = Verdicts.Word(channel.Verdict),
            ["line"] = channel.Line,
            ["notes"] = new JArray(channel.Notes),
            ["values"] = counted.Values,
            ["min"] = Number(counted.Min),
            ["max"] = Number(counted.Max),
            ["nan"] = counted.Nan,
            ["infinite"] = counted.Infinite,
            ["denormal"] = counted.Denormal,
            ["zeros"] = counted.Zeros,
            ["ones"] = counted.Ones,
            ["sentinels"] = counted.Sentinels,
            ["effective_bits"] = counted.EffectiveBits,
            ["sampled"] = counted.Sampled,
            ["distinct"] = counted.Distinct,
            ["grids"] = new JArray(channel.Grids.Select(grid => new JObject
            {
                ["grid"] = grid.Grid, ["tested"] = grid.Tested, ["hits"] = grid.Hits, ["expected"] = grid.Expected, ["beyond_chance"] = grid.BeyondChance,
            })),
        };
    }

    private static JToken? Number(float value) => float.IsFinite(value) ? value : null;
}
