namespace Rayshard.Inspection;

/// <summary>
/// Whether values go in even steps, of whatever size and from wherever: 8 bits times an exposure do, and so do a ramp, coordinates of pixels, and
/// the depth of a tilted plane without perspective. So it is a sign, and no proof.
/// </summary>
internal static class EvenSteps
{
    private const double AllHit = 0.995;
    private const double MaxSlack = 0.25;

    /// <summary>The step, or nothing.</summary>
    /// <param name="distinct">Distinct finite values, ascending, at least three.</param>
    public static double? Find(IReadOnlyList<float> distinct)
    {
        var gaps = new double[distinct.Count - 1];
        for (var i = 0; i < gaps.Length; i++)
        {
            gaps[i] = (double)distinct[i + 1] - distinct[i];
        }

        // Two roundings of the largest value against the step.
        var first = (double)distinct[0];
        var slack = 2 * Grid.Ulp(Math.Max(Math.Abs(first), Math.Abs((double)distinct[^1]))) / gaps.Min();
        if (slack > MaxSlack)
        {
            return null;
        }

        Array.Sort(gaps);
        var step = Refine(gaps);
        return Hits(distinct, first, step, Math.Max(0.02, slack)) >= AllHit * distinct.Count ? step : null;
    }

    // The least gap is off by its own rounding, which over thousands of steps adds up: so from small gaps to large ones, each counted by the mean of
    // those before. In the end it is the whole range by the number of steps in it.
    private static double Refine(double[] gaps)
    {
        var (sum, steps) = (gaps[0], 1.0);
        foreach (var gap in gaps.AsSpan(1))
        {
            var count = Math.Max(1, Math.Round(gap * steps / sum));
            (sum, steps) = (sum + gap, steps + count);
        }

        return sum / steps;
    }

    private static int Hits(IReadOnlyList<float> distinct, double first, double step, double slack) =>
        distinct.Count(value => (value - first) / step is var steps && Math.Abs(steps - Math.Round(steps)) <= slack);
}
