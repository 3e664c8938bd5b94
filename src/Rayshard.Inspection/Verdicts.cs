namespace Rayshard.Inspection;

/// <summary>The words of the inspection.</summary>
public static class Verdicts
{
    /// <summary>How it is done, in three sentences; README.md has all of it.</summary>
    public static string Method { get; } =
        $"Method: range, NaN, infinities, denormals, 1e10, zeros, ones and the mantissa's bits are counted over every value read. Distinct values and the share on each grid "
        + $"(8, 10, 12 and 16 bits, these after sRGB, 8 and 16 signed, 1/1000, half) come from at most {PixelSample.Size} pixels, chosen by their place alone, and are held against what chance gives. "
        + "Every step is in src/Rayshard.Inspection/README.md.";

    /// <summary>A verdict as it is said.</summary>
    public static string Word(Verdict verdict) => verdict switch
    {
        Verdict.CannotTell => "can't tell",
        Verdict.Raw => "raw",
        Verdict.Doubtful => "doubtful",
        Verdict.Altered => "altered",
        _ => "quantised",
    };
}
