namespace Rayshard.Inspection;

/// <summary>
/// The values of float16. Not by distance but by bits: the low 13 of the mantissa are zero. Coordinates in even steps, as (i + 1/2) / 1024, do that
/// too, so the lowest bit that float16 has must also be used as measured light uses it: by about half of the values, whatever their size.
/// </summary>
internal static class HalfGrid
{
    private const int LowBits = 0x1FFF;
    private const int LastBit = 0x2000;
    private const int MinHits = 64;
    private const int MinInOctave = 32;
    private const float Greatest = 65504;

    public static (GridShare Share, bool IsCertain) Fit(IReadOnlyList<float> distinct)
    {
        var (tested, hits) = (0, 0);
        var octaves = new Dictionary<int, (int Count, int Odd)>();
        foreach (var value in distinct)
        {
            if (value is 0 or 1 or -1)
            {
                continue;
            }

            tested++;
            var bits = BitConverter.SingleToInt32Bits(value);
            if (Math.Abs(value) <= Greatest && (float)(Half)value == value)
            {
                hits++;
                var octave = (bits >> 23) & 0xFF;
                var (count, odd) = octaves.GetValueOrDefault(octave);
                octaves[octave] = (count + 1, odd + ((bits & LastBit) != 0 ? 1 : 0));
            }
        }

        // A float32 is a float16 by a chance of 2^-13.
        var share = new GridShare("half", tested, hits, tested / (LowBits + 1.0));
        var full = octaves.Values.Where(octave => octave.Count >= MinInOctave).ToList();
        return (share, hits == tested && hits >= MinHits && full.Count > 0 && full.All(octave => (double)octave.Odd / octave.Count is >= 0.2 and <= 0.8));
    }
}
