namespace Rayshard.Inspection;

/// <summary>
/// Whether values go in even steps, of whatever size and from wherever: 8 bits times an exposure do, and so do a ramp, coordinates of pixels, and
/// the depth of a tilted plane without perspective. So it is a sign, and no proof.
/// </summary>
internal static class EvenSteps
{
    private const double AllHit = 0.995;
    private const double MaxSlack = 0.125;

    /// <summary>The step, or nothing.</summary>
    /// <param name="distinct">Distinct finite values, ascending, at least three.</param>
    public static double? Find(IReadOnlyList<float> distinct)
    {
        var first = (double)distinct[0];
        var least = double.PositiveInfinity;
        for (var i = 1; i < distinct.Count; i++)
        {
            least = Math.Min(least, (double)distinct[i] - distinct[i - 1]);
        }

        // Two roundings of the largest value against the step.
        var slack = Grid.Ulp(Math.Max(Math.Abs(first), Math.Abs((double)distinct[^1]))) / least;
        return slack <= MaxSlack && Refine(distinct, first, least) is var step && Hits(distinct, first, step, Math.Max(0.02, 2 * slack)) >= AllHit * distinct.Count ? step : null;
    }

    // The least gap is off by its own rounding; over a thousand steps that would add up. Each value that is a little further makes it finer.
    private static double Refine(IReadOnlyList<float> distinct, double first, double step)
    {
        for (var i = 1; i < distinct.Count; i++)
        {
            var steps = Math.Round((distinct[i] - first) / step);
            if (steps > 0 && Math.Abs(((distinct[i] - first) / step) - steps) < 0.3)
            {
                step = (distinct[i] - first) / steps;
            }
        }

        return step;
    }

    private static int Hits(IReadOnlyList<float> distinct, double first, double step, double slack) =>
        distinct.Count(value => (value - first) / step is var steps && Math.Abs(steps - Math.Round(steps)) <= slack);
}
