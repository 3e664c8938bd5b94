namespace Rayshard;

/// <summary>How far two renders of one pass of one frame are from each other.</summary>
/// <param name="Floats">Numbers that each has.</param>
/// <param name="Differing">Numbers whose bits differ.</param>
/// <param name="MaxAbs">Greatest difference, in the pass's unit; infinite where one is NaN or infinite and the other is not that.</param>
/// <param name="MaxUlp">Greatest difference in steps of float32.</param>
/// <param name="PsnrDb">
/// Peak signal to noise in decibels, the peak being the greatest magnitude of the first below 1e9, because the depth of nothing, 1e10, would drown
/// every other: infinite where no number differs by anything.
/// </param>
public sealed record PassDifference(long Floats, long Differing, double MaxAbs, long MaxUlp, double PsnrDb)
{
    /// <summary>What is as large as this is no measure but a sign: the background of a depth pass is 1e10.</summary>
    public const float Far = 1e9f;

    /// <summary>Share of the numbers whose bits differ.</summary>
    public double Share => Floats == 0 ? 0 : (double)Differing / Floats;

    /// <summary>Measures it.</summary>
    /// <exception cref="ArgumentException">They are of unlike length.</exception>
    public static PassDifference Of(ReadOnlySpan<float> first, ReadOnlySpan<float> second)
    {
        if (first.Length != second.Length)
        {
            throw new ArgumentException($"{first.Length} numbers against {second.Length}");
        }

        var (differing, maxAbs, maxUlp, squares, peak) = (0L, 0.0, 0L, 0.0, 0.0);
        for (var i = 0; i < first.Length; i++)
        {
            var (a, b) = (first[i], second[i]);
            if (Math.Abs(a) < Far)
            {
                peak = Math.Max(peak, Math.Abs(a));
            }

            if (BitConverter.SingleToInt32Bits(a) == BitConverter.SingleToInt32Bits(b))
            {
                continue;
            }

            differing++;
            var distance = float.IsFinite(a) && float.IsFinite(b) ? Math.Abs((double)a - b) : double.PositiveInfinity;
            maxAbs = Math.Max(maxAbs, distance);
            maxUlp = Math.Max(maxUlp, Math.Abs(Step(a) - Step(b)));
            squares += distance * distance;
        }

        var psnr = squares == 0 ? double.PositiveInfinity : 10 * Math.Log10(peak * peak * first.Length / squares);
        return new(first.Length, differing, maxAbs, maxUlp, psnr);
    }

    // Floats in their order, counted from zero: neighbours are 1 apart, also across zero.
    private static long Step(float value)
    {
        var bits = BitConverter.SingleToInt32Bits(value);
        return bits < 0 ? -(long)(bits & int.MaxValue) : bits;
    }
}
