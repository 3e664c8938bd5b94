using System.Globalization;

namespace Rayshard.Inspection;

/// <summary>What a channel is for, as far as it is known: it tells which values are natural.</summary>
/// <param name="Label">Its label.</param>
/// <param name="Unit">Unit of the pass; absent where it is not known, as in a file.</param>
internal sealed record ChannelKind(string Label, string? Unit)
{
    /// <summary>Light, which has no upper bound.</summary>
    public bool IsLight => Label is "R" or "G" or "B" && Unit is null or "scene-linear" or "as shown";

    /// <summary>Whole numbers by nature.</summary>
    public bool IsIndex => Unit == "id";
}

/// <summary>Comes to a verdict on one channel from what was counted over all of it and a sample. The method in words is in README.md.</summary>
internal static class ChannelJudge
{
    private const int MaxTried = 4096;

    // As many as 8 bits can tell apart: so few or fewer values prove nothing, however exact each is.
    private const int Few = 256;

    // Fewer bits than float32 has, by more than luck: with 300 values each bit below is set in one of them for certain.
    private const int MinRawBits = 20;

    private const double MinClipped = 0.001;

    // Light that was measured hardly ever comes twice; the levels of 12 bits or fewer, whatever curve they stand on, come again and again.
    private const double MaxOnce = 0.1;
    private const int MinRepeats = 3;

    public static ChannelVerdict Judge(ChannelKind kind, string declared, ChannelCounts counts, List<float> sample, Func<IReadOnlyList<float>> neighbours)
    {
        var (distinct, areWornOut) = Distinct(sample);
        var statistics = new ChannelStatistics(
            counts.Values, counts.Min, counts.Max, counts.Nan, counts.Infinite, counts.Denormal, counts.Zeros, counts.Ones, counts.Sentinels, counts.EffectiveBits, sample.Count, distinct.Length);
        var tried = Thin(distinct);
        var fits = Grid.All.Select(grid => grid.Fit(tried)).ToList();
        var (half, isHalf) = HalfGrid.Fit(tried);
        List<GridShare> shares = [.. fits.Select(fit => fit.Share), half];
        var (verdict, reason) = Decide(kind, statistics, distinct, areWornOut, fits, half, isHalf);
        if (verdict != Verdict.Quantised && !IsFull(declared))
        {
            (verdict, reason) = (Verdict.Quantised, $"the file says so itself; by its numbers alone: {Verdicts.Word(verdict)}: {reason}");
        }

        List<string> notes = [.. ChannelNotes.Of(kind.Label, statistics)];
        if (Levels(verdict, distinct, fits) is { } level && Dither.Note(neighbours(), level) is { } dithered)
        {
            notes.Add(dithered);
        }

        return new(kind.Label, verdict, $"{declared}, {Verdicts.Word(verdict)}: {reason}", statistics, shares, notes);
    }

    // The scale on which a channel has the levels of 8 bits.
    private static Func<double, double>? Levels(Verdict verdict, float[] distinct, List<GridFit> fits) =>
        distinct.Length is < 2 or > Few ? null
        : distinct.All(float.IsInteger) ? verdict == Verdict.Quantised ? value => value : null
        : Grid.All.Zip(fits).FirstOrDefault(pair => pair.Second is { Levels: 255, Share.Hits: > 0 } fit && fit.Share.Hits == fit.Share.Tested).First is { } grid ? value => grid.Place(value).Level
        : null;

    // Ascending, without what is no measurement; both zeros are one. And whether they come again and again.
    private static (float[] Values, bool AreWornOut) Distinct(List<float> sample)
    {
        var (values, kept) = (new float[sample.Count], 0);
        foreach (var value in sample)
        {
            if (float.IsFinite(value) && BitConverter.SingleToInt32Bits(value) != Screen.Sentinel)
            {
                values[kept++] = value;
            }
        }

        Array.Sort(values, 0, kept);
        var (count, once, telling, run) = (0, 0, 0, 0);
        for (var i = 0; i < kept; i++)
        {
            var value = values[i];
            if (count == 0 || value != values[count - 1])
            {
                values[count++] = value + 0f;
                (run, once) = (0, once + 1);
            }

            once -= ++run == 2 ? 1 : 0;
            telling += value is 0 or 1 ? 0 : 1;
        }

        return (values[..count], once <= MaxOnce * count && telling >= MinRepeats * count);
    }

    // Evenly from small to large: more tell no grid any better.
    private static float[] Thin(float[] distinct)
    {
        var step = (distinct.Length + MaxTried - 1) / MaxTried;
        return step <= 1 ? distinct : [.. Enumerable.Range(0, distinct.Length / step).Select(i => distinct[i * step])];
    }

    private static (Verdict Verdict, string Reason) Decide(
        ChannelKind kind, ChannelStatistics found, float[] distinct, bool areWornOut, List<GridFit> fits, GridShare half, bool isHalf)
    {
        if (found.IsConstant || distinct.Length == 0)
        {
            return (Verdict.CannotTell, distinct.Length == 0 ? "no finite value" : $"1 distinct value, {Number(distinct[0])} everywhere");
        }

        if (distinct.All(float.IsInteger))
        {
            var isLevels = kind.IsLight && found is { Min: >= 0, Max: <= 255 } && distinct.Length >= Few / 4 && distinct.Length >= found.Max / 4;
            return !kind.IsIndex && (isLevels || distinct.Length > Few)
                ? (Verdict.Quantised, $"whole numbers, {Count(distinct.Length)} distinct in {Number(found.Min)} to {Number(found.Max)}: an integer format")
                : (Verdict.CannotTell, $"whole numbers, {Count(distinct.Length)} distinct, as indices and masks are");
        }

        if (fits.Find(fit => fit.IsCertain) is { } certain)
        {
            return (Verdict.Quantised, OnGrid(certain.Share));
        }

        if (isHalf)
        {
            return (Verdict.Quantised, OnGrid(half));
        }

        if (fits.Find(fit => fit.IsSuspicious && distinct.Length > Few) is { } suspicious)
        {
            return (Verdict.Doubtful, OnGrid(suspicious.Share) + ": a part went through it, or an 8-bit texture is seen directly");
        }

        if (distinct.Length > Few / 4 && EvenSteps.Find(distinct) is { } step)
        {
            return (Verdict.Doubtful, $"{Count(distinct.Length)} distinct values in even steps of {Number(step)}: scaled integers, or a scene that has such steps");
        }

        if (distinct.Length <= Few)
        {
            return (Verdict.CannotTell, $"{Count(distinct.Length)} distinct values in {Count(found.Sampled)}: flat areas, or at most 8 bits through an unknown curve");
        }

        if (kind.IsLight && areWornOut)
        {
            return (Verdict.Doubtful, $"{Count(distinct.Length)} distinct values, and hardly one that stands once in {Count(found.Sampled)}: few bits through an unknown curve, or areas that repeat to the bit");
        }

        if (found.EffectiveBits < MinRawBits)
        {
            return (Verdict.Doubtful, $"{found.EffectiveBits} effective bits in {Count(distinct.Length)} distinct values");
        }

        if (kind.IsLight && Clipped(found) is { } bound)
        {
            return (Verdict.Doubtful, $"nothing goes {(bound == 1 ? "above 1" : "below 0")}, where {Percent(bound == 1 ? found.Ones : found.Zeros, found.Values)} of the values stand exactly: clipped, or a surface of exactly that");
        }

        var worst = fits.Where(fit => fit.Levels == 255).Max(fit => fit.Share.BeyondChance);
        return (Verdict.Raw, $"{found.EffectiveBits} effective bits, {(100 * worst).ToString("0.0", CultureInfo.InvariantCulture)} % on any 8-bit grid beyond chance");
    }

    private static bool IsFull(string declared) => declared is "float32" or "float64";

    // At 0 light ends by itself.
    private static int? Clipped(ChannelStatistics found) => found.Max == 1 && found.Ones >= MinClipped * found.Values ? 1 : null;

    private static string OnGrid(GridShare share) => string.Create(CultureInfo.InvariantCulture,
        $"{100 * share.BeyondChance:0.0} % of {Count(share.Tested)} distinct values on the {share.Grid} grid beyond chance (chance gives {(share.Tested == 0 ? 0 : 100 * share.Expected / share.Tested):0.0} %)");

    private static string Percent(long part, long whole) => (100.0 * part / whole).ToString("0.0", CultureInfo.InvariantCulture) + " %";

    private static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString("G6", CultureInfo.InvariantCulture);
}
