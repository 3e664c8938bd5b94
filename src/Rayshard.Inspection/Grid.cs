using System.Runtime.CompilerServices;

namespace Rayshard.Inspection;

/// <summary>The values that a coarser format can hold, as whole levels on a scale.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Levels">Greatest level of the format.</param>
/// <param name="Place">A value's place on the scale, whole where the value is on the grid, and how far from a whole level rounding can put a value of the grid.</param>
/// <param name="Takes">Whether the format can hold the value at all, on the grid or not.</param>
internal sealed record Grid(string Name, int Levels, Func<double, (double Level, double Slack)> Place, Func<double, bool> Takes)
{
    // Beyond this chance of a hit a value says too little.
    private const double MaxChance = 0.25;

    // A value went through a few roundings: k / 255 or k * (1 / 255f), and one more on its way into the picture.
    private const int Roundings = 3;

    // Another program's sRGB curve: single-precision powers are off by some 1e-6.
    private const double CurveError = 1.5e-6;

    /// <summary>The grids that are tried, the coarser before those that hold it.</summary>
    public static IReadOnlyList<Grid> All { get; } =
    [
        Scaled("8-bit", 255), Scaled("10-bit", 1023), Scaled("12-bit", 4095), Scaled("16-bit", 65535),
        Curve("sRGB 8-bit", 255), Curve("sRGB 10-bit", 1023), Curve("sRGB 12-bit", 4095), Curve("sRGB 16-bit", 65535),
        Signed("signed 8-bit", 255), Signed("signed 16-bit", 65535),
        new("1/1000", 65535, v => (v * 1000, Roundings * Ulp(v) * 1000), v => v >= 0),
    ];

    /// <summary>Whether it is a grid for values of both signs; of positive ones alone it can't be told from half of the unsigned one.</summary>
    public bool IsSigned { get; init; }

    /// <summary>How distinct values, ascending, lie on it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public GridFit Fit(IReadOnlyList<float> distinct)
    {
        if (IsSigned && distinct is [>= 0, ..])
        {
            return new(new(Name, 0, 0, 0), 0, 0, 0, 0, Levels);
        }

        var (tested, hits, expected, logChance) = (0, 0, 0.0, 0.0);
        var (first, least, greatest, divisor) = ((long?)null, long.MaxValue, long.MinValue, 0L);
        foreach (var value in distinct)
        {
            // On every grid by nature, so they say nothing.
            if (value is 0 or 1 or -1)
            {
                continue;
            }

            if (!Takes(value))
            {
                // Not this format's: a miss that chance has no part in.
                tested++;
                continue;
            }

            var (level, slack) = Place(value);

            // Both ways, and the value itself, which is as wide as a rounding.
            var chance = Math.Min(1, slack * (2 + (1.0 / Roundings)));
            if (chance > MaxChance)
            {
                continue;
            }

            (tested, expected) = (tested + 1, expected + chance);
            var whole = Math.Round(level);
            if (whole != 0 && Math.Abs(level - whole) <= slack)
            {
                hits++;
                logChance += Math.Log(chance);
                (least, greatest) = (Math.Min(least, (long)whole), Math.Max(greatest, (long)whole));
                first ??= (long)whole;
                divisor = Gcd(divisor, Math.Abs((long)whole - first.Value));
            }
        }

        return new(new(Name, tested, hits, expected), logChance, least, greatest, divisor, Levels);
    }

    /// <summary>The distance from a magnitude to the next float32.</summary>
    public static double Ulp(double value) => (float)Math.Abs(value) is var magnitude ? (double)MathF.BitIncrement(magnitude) - magnitude : 0;

    private static Grid Scaled(string name, int levels) =>
        new(name, levels, v => (v * levels, Roundings * Ulp(v) * levels), v => v >= 0 && v <= 1.0001);

    private static Grid Curve(string name, int levels) =>
        new(name, levels, v => Encode(v) is var encoded ? (encoded * levels, Math.Max(CurveError * encoded, 1e-9) * levels) : default, v => v >= 0 && v <= 1.0001);

    // Normals are stored as (n + 1) / 2; adding 1 rounds small ones to the steps of float32 below 2.
    private static Grid Signed(string name, int levels) =>
        new(name, levels, v => ((v + 1) / 2 * levels, Roundings * Ulp(0.75) * levels), v => Math.Abs(v) <= 1.0001) { IsSigned = true };

    // IEC 61966-2-1.
    private static double Encode(double v) => v <= 0.0031308 ? 12.92 * v : (1.055 * Math.Pow(v, 1 / 2.4)) - 0.055;

    private static long Gcd(long a, long b) => b == 0 ? a : Gcd(b, a % b);
}

/// <summary>How a channel lies on a grid.</summary>
/// <param name="Share">Hits and chance.</param>
/// <param name="LogChance">Natural logarithm of the odds that every hit is chance.</param>
/// <param name="Least">Least level that was hit.</param>
/// <param name="Greatest">Greatest level that was hit.</param>
/// <param name="Divisor">Greatest divisor of the distances between levels that were hit: above 1 where the values keep to a coarser grid within this one.</param>
/// <param name="Levels">Greatest level of the format.</param>
internal sealed record GridFit(GridShare Share, double LogChance, long Least, long Greatest, long Divisor, int Levels)
{
    // A palette of flat colours was once chosen in 8 bits; so few prove nothing. Shading fills the levels between its darkest and its lightest.
    private const int MinHits = 24;
    private const int MinFineHits = 64;
    private const double MinFilled = 0.25;
    private const double AllHit = 0.995;
    private const double CertainLog = -60;

    /// <summary>Whether the channel went through this format.</summary>
    public bool IsCertain => Share.Hits >= AllHit * Share.Tested && LogChance < CertainLog && Divisor == 1
        && (Levels > 255 ? Share.Hits >= MinFineHits : Share.Hits >= MinHits && Share.Hits >= MinFilled * (Greatest - Least + 1));

    /// <summary>Whether far more values are on the grid than chance puts there.</summary>
    public bool IsSuspicious => Share.Hits >= MinHits && Share.BeyondChance >= 0.02 && Share.Hits - Share.Expected > 8 * Math.Sqrt(Share.Expected + 1);
}
