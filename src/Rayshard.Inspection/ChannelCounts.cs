using System.Numerics;

namespace Rayshard.Inspection;

/// <summary>What a <see cref="Screen"/> has counted of one channel.</summary>
internal sealed class ChannelCounts
{
    private const int Magnitude = 0x7FFFFFFF;
    private const int Infinity = 0x7F800000;
    private const int Mantissa = 0x007FFFFF;
    private const int MantissaBits = 23;

    private int _or;
    private int _min = int.MaxValue;
    private int _max = int.MinValue;

    public long Values { get; private set; }

    public long Nan { get; private set; }

    public long Infinite { get; private set; }

    public long Denormal { get; private set; }

    public long Zeros { get; private set; }

    public long Ones { get; private set; }

    public long Sentinels { get; private set; }

    /// <summary>Least finite value.</summary>
    public float Min => _min == int.MaxValue ? float.NaN : FromKey(_min);

    /// <summary>Greatest finite value that is no sentinel.</summary>
    public float Max => _max == int.MinValue ? float.NaN : FromKey(_max);

    /// <summary>Bits of the mantissa down to the lowest that any value sets.</summary>
    public int EffectiveBits => (_or & Mantissa) == 0 ? 0 : MantissaBits - BitOperations.TrailingZeroCount(_or & Mantissa);

    /// <summary>Adds a lane of a block that holds nothing rare; the extremes are keys.</summary>
    public void Add(int or, int min, int max, int zeros, int ones, int sentinels, int values)
    {
        _or |= or;
        Values += values;
        Zeros += zeros;
        Ones += ones;
        Sentinels += sentinels;
        if (sentinels < values)
        {
            (_min, _max) = (Math.Min(_min, min), Math.Max(_max, max));
        }
    }

    /// <summary>Adds one value.</summary>
    public void Add(int bits)
    {
        Values++;
        if (bits == Screen.Sentinel)
        {
            Sentinels++;
            return;
        }

        var magnitude = bits & Magnitude;
        if (magnitude >= Infinity)
        {
            (Nan, Infinite) = magnitude > Infinity ? (Nan + 1, Infinite) : (Nan, Infinite + 1);
            return;
        }

        Denormal += magnitude is > 0 and <= Mantissa ? 1 : 0;
        Zeros += magnitude == 0 ? 1 : 0;
        Ones += bits == 0x3F800000 ? 1 : 0;
        _or |= bits;
        (_min, _max) = (Math.Min(_min, Key(bits)), Math.Max(_max, Key(bits)));
    }

    // Signed integers in the order of the floats; it is its own inverse.
    private static int Key(int bits) => bits ^ ((bits >> 31) & Magnitude);

    private static float FromKey(int key) => BitConverter.Int32BitsToSingle(Key(key)) + 0f;
}
