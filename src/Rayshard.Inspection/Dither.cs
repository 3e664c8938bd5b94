using System.Globalization;

namespace Rayshard.Inspection;

/// <summary>
/// Whether levels of 8 bits were dithered. Of three neighbours in a row that stand on two adjacent levels, rounding a smooth picture gives
/// a step, up or down; drawing each by chance, as dithering does, puts one of three alone between two of the other level. That share does not
/// hang on the odds of the draw. Noise below one level before the rounding does the same, and is dithering too.
/// </summary>
internal static class Dither
{
    // By chance 1/3. A picture that was rounded alone, with noise of several levels, seldom has three neighbours on two adjacent ones.
    private const double MinLonely = 0.25;
    private const double MinNear = 0.5;
    private const double MinUneven = 0.05;
    private const int MinTriples = 256;

    /// <summary>What is seen, as a note; nothing where it is not dithered.</summary>
    /// <param name="values">A channel of neighbouring pixels, row by row.</param>
    /// <param name="level">A value's level.</param>
    public static string? Note(IReadOnlyList<float> values, Func<double, double> level)
    {
        var levels = values.Select(value => Math.Round(level(value))).ToArray();
        var (near, uneven, lonely) = (0, 0, 0);
        for (var i = 1; i < levels.Length - 1; i++)
        {
            var (before, here, after) = (levels[i - 1], levels[i], levels[i + 1]);
            if (Math.Max(before, Math.Max(here, after)) - Math.Min(before, Math.Min(here, after)) is not (0 or 1))
            {
                continue;
            }

            near++;
            uneven += before == here && here == after ? 0 : 1;
            lonely += before == after && here != before ? 1 : 0;
        }

        return uneven >= MinTriples && near >= MinNear * levels.Length && uneven >= MinUneven * near && lonely >= MinLonely * uneven
            ? string.Create(CultureInfo.InvariantCulture, $"dithered 8-bit: neighbours go up and down between two adjacent levels as if drawn by chance ({100.0 * lonely / uneven:0} % stand alone; 33 % by chance, 0 % by rounding)")
            : null;
    }
}
