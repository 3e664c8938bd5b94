using System.Globalization;

namespace Rayshard.Inspection;

/// <summary>
/// Whether levels of 8 bits were dithered. Of three neighbours in a row that stand on two adjacent levels, rounding a smooth picture gives
/// a step, up or down; drawing each by chance, as dithering does, puts one of three alone between two of the other level. That share does not
/// hang on the odds of the draw. Noise below one level before the rounding does the same, and is dithering too.
/// </summary>
internal static class Dither
{
    // By chance 1/3.
    private const double MinLonely = 0.25;

    // Noise of several levels makes peaks and valleys too, but seldom ones of a single level.
    private const double MinSmall = 0.5;
    private const int MinUneven = 128;

    /// <summary>What is seen, as a note; nothing where it is not dithered.</summary>
    /// <param name="values">A channel of neighbouring pixels, row by row.</param>
    /// <param name="level">A value's level.</param>
    public static string? Note(IReadOnlyList<float> values, Func<double, double> level)
    {
        var levels = values.Select(value => Math.Round(level(value))).ToArray();
        var (uneven, lonely, peaks) = (0, 0, 0);
        for (var i = 1; i < levels.Length - 1; i++)
        {
            var (back, on) = (levels[i] - levels[i - 1], levels[i + 1] - levels[i]);
            peaks += back * on < 0 ? 1 : 0;
            lonely += back == -on && Math.Abs(on) == 1 ? 1 : 0;
            uneven += Math.Max(Math.Abs(back), Math.Abs(on)) == 1 && Math.Abs(back + on) < 2 ? 1 : 0;
        }

        return uneven >= MinUneven && lonely >= MinLonely * uneven && lonely >= MinSmall * peaks
            ? string.Create(CultureInfo.InvariantCulture, $"dithered 8-bit: neighbours go up and down between two adjacent levels as if drawn by chance ({100.0 * lonely / uneven:0} % stand alone; 33 % by chance, 0 % by rounding), or noise below one level was rounded, which does the same")
            : null;
    }
}
