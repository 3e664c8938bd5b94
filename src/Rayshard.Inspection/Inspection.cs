namespace Rayshard.Inspection;

/// <summary>What the numbers of a channel say about their own past, from good to bad.</summary>
public enum Verdict
{
    /// <summary>Neither: too few distinct values to prove anything. Masks, flat colours and indices are such, and are all right.</summary>
    CannotTell,

    /// <summary>Full float32: no grid, no steps, every bit used.</summary>
    Raw,

    /// <summary>Signs of a loss that an honest scene can show too: clipped, evenly spaced, a part of the values on a grid.</summary>
    Doubtful,

    /// <summary>Not what the scene is known to give: a curve, as of a view transform, was applied.</summary>
    Altered,

    /// <summary>On the grid of a coarser format: it went through it.</summary>
    Quantised,
}

/// <summary>How many of a channel's distinct values lie on the grid of a coarser format.</summary>
/// <param name="Grid">The grid: <c>8-bit</c>, <c>sRGB 16-bit</c>, <c>half</c>.</param>
/// <param name="Tested">Distinct values that could tell: those whose float32 neighbours lie far closer than the grid's steps.</param>
/// <param name="Hits">Those on the grid, within the rounding of float32.</param>
/// <param name="Expected">Hits that chance alone gives.</param>
public sealed record GridShare(string Grid, int Tested, int Hits, double Expected)
{
    /// <summary>Share of the tested values on the grid beyond chance, 0 to 1.</summary>
    public double BeyondChance => Tested - Expected <= 0 ? 0 : Math.Max(0, (Hits - Expected) / (Tested - Expected));
}

/// <summary>What stands in a channel. Counted over every value; only <see cref="Distinct"/> is the sample's.</summary>
/// <param name="Values">Values that were read.</param>
/// <param name="Min">Least finite value; NaN where there is none.</param>
/// <param name="Max">Greatest finite value that is no sentinel; NaN where there is none.</param>
/// <param name="Nan">Values that are not a number.</param>
/// <param name="Infinite">Infinities.</param>
/// <param name="Denormal">Values other than 0 below 2^-126.</param>
/// <param name="Zeros">Values that are exactly 0.</param>
/// <param name="Ones">Values that are exactly 1.</param>
/// <param name="Sentinels">Values that are the float32 nearest to 1e10, the depth of nothing.</param>
/// <param name="EffectiveBits">Bits of the 23-bit mantissa down to the lowest that any value sets.</param>
/// <param name="Sampled">Values of the sample, over which the rest is counted.</param>
/// <param name="Distinct">Distinct finite values of the sample, without sentinels.</param>
public sealed record ChannelStatistics(
    long Values, float Min, float Max, long Nan, long Infinite, long Denormal, long Zeros, long Ones, long Sentinels, int EffectiveBits, int Sampled, int Distinct)
{
    /// <summary>Whether every value is the same.</summary>
    public bool IsConstant => Nan == 0 && Infinite == 0 && (Sentinels == Values || (Sentinels == 0 && Min == Max));
}

/// <summary>One channel.</summary>
/// <param name="Channel">Its label.</param>
/// <param name="Verdict">The verdict.</param>
/// <param name="Line">The verdict and its reason in one line, with the dtype as declared.</param>
/// <param name="Statistics">What was counted.</param>
/// <param name="Grids">The grids that were tried.</param>
/// <param name="Notes">What else is worth knowing, a sentence each.</param>
public sealed record ChannelVerdict(
    string Channel, Verdict Verdict, string Line, ChannelStatistics Statistics, IReadOnlyList<GridShare> Grids, IReadOnlyList<string> Notes);

/// <summary>One pass, or one picture.</summary>
/// <param name="Pass">Its name; of a file, the file's.</param>
/// <param name="Declared">The number format that the file declares: <c>float32</c>.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Pixels in a row.</param>
/// <param name="Frames">Frames that were read.</param>
/// <param name="Channels">The channels, in order.</param>
/// <param name="Notes">What concerns all channels, a sentence each.</param>
public sealed record PassInspection(
    string Pass, string Declared, int Height, int Width, long Frames, IReadOnlyList<ChannelVerdict> Channels, IReadOnlyList<string> Notes)
{
    /// <summary>The worst of its channels; raw where one is and none is worse.</summary>
    public Verdict Verdict => Channels.Max(channel => channel.Verdict);
}

/// <summary>What an experiment's stored frames, or a file, were found to be.</summary>
/// <param name="Subject">Name of the experiment, or the file.</param>
/// <param name="Passes">The passes, by name.</param>
public sealed record Inspection(string Subject, IReadOnlyList<PassInspection> Passes)
{
    /// <summary>The worst of its passes.</summary>
    public Verdict Verdict => Passes.Count == 0 ? Verdict.CannotTell : Passes.Max(pass => pass.Verdict);

    /// <summary>Whether something was lost for certain: what a build should fail for.</summary>
    public bool IsLossy => Verdict >= Verdict.Altered;
}
