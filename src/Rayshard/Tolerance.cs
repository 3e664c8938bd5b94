namespace Rayshard;

/// <summary>
/// What another machine's render of a pass may differ by and still be called the same. Every bound that is given must hold. Not part of a
/// frame's key. A pass without one is held against its own noise.
/// </summary>
public sealed record Tolerance
{
    /// <summary>
    /// How far below the noise a difference must lie where no tolerance is given: 20 dB is a hundredth of the noise's energy. Another CPU kernel
    /// lies 27 dB below it on a plain scene and 46 dB on a glossy one (Blender 3.4.1, 16 samples).
    /// </summary>
    public const double BelowNoiseDb = 20;

    /// <summary>
    /// What lies this far below the peak is rounding: a millionth, some steps of float32. Passes without noise (depth, position, uv of one sample)
    /// come to 130 dB and more with another CPU kernel (Blender 3.4.1).
    /// </summary>
    public const double RoundingDb = 120;

    /// <summary>Greatest difference of a number, in the pass's unit.</summary>
    public double? MaxAbs { get; init; }

    /// <summary>Greatest difference of a number, in steps of float32.</summary>
    public long? MaxUlp { get; init; }

    /// <summary>Least peak signal to noise, in decibels.</summary>
    public double? MinPsnrDb { get; init; }

    /// <summary>Greatest share of the numbers whose bits differ, 0 to 1.</summary>
    public double? MaxShare { get; init; }

    /// <summary>Whether a difference keeps to every bound.</summary>
    public bool Holds(PassDifference difference) =>
        !(difference.MaxAbs > MaxAbs) && !(difference.MaxUlp > MaxUlp) && !(difference.PsnrDb < MinPsnrDb) && !(difference.Share > MaxShare);

    /// <summary>
    /// Whether a difference is rounding, or lies far below <paramref name="noise"/>, which is what another noise seed does to the same frame on the
    /// same machine.
    /// </summary>
    public static bool IsFarBelowNoise(PassDifference difference, PassDifference noise) =>
        difference.PsnrDb >= RoundingDb || (noise.Differing > 0 && difference.PsnrDb >= noise.PsnrDb + BelowNoiseDb);
}
