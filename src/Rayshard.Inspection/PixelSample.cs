namespace Rayshard.Inspection;

/// <summary>
/// Which pixels are kept for the costly questions: one of each of <see cref="Size"/> equal stretches of all pixels, all of them where there are
/// fewer. Their number alone decides which, so everyone looks at the same.
/// </summary>
internal sealed class PixelSample
{
    /// <summary>Pixels that are kept. Enough that no verdict hangs on luck: 16384 values hit a grid of chance 1/4 by chance with odds of 10^-9864.</summary>
    public const int Size = 1 << 14;

    private readonly long _pixels;
    private readonly int _channels;
    private readonly List<float>[] _values;
    private long _seen;
    private long _stretch;
    private long _next;

    /// <summary>A sample of a known number of pixels.</summary>
    public PixelSample(long pixels, int channels)
    {
        (_pixels, _channels) = (pixels, channels);
        _values = [.. Enumerable.Range(0, channels).Select(_ => new List<float>((int)Math.Min(pixels, Size)))];
        _next = Place(0);
    }

    /// <summary>The values of a channel, in the order of the pixels; those of one pixel have the same place in each channel.</summary>
    public List<float> Values(int channel) => _values[channel];

    /// <summary>Takes from the next pixels, whole ones.</summary>
    public void Add(ReadOnlySpan<float> pixels)
    {
        var end = _seen + (pixels.Length / _channels);
        for (; _next < end; _next = Place(++_stretch))
        {
            var at = (int)(_next - _seen) * _channels;
            for (var channel = 0; channel < _channels; channel++)
            {
                _values[channel].Add(pixels[at + channel]);
            }
        }

        _seen = end;
    }

    private long Place(long stretch)
    {
        var stretches = Math.Min(_pixels, Size);
        if (stretch >= stretches)
        {
            return long.MaxValue;
        }

        var first = (long)((Int128)_pixels * stretch / stretches);
        var length = (long)((Int128)_pixels * (stretch + 1) / stretches) - first;
        return first + (long)(Mix((ulong)stretch) % (ulong)length);
    }

    // SplitMix64's finaliser (Steele, Lea, Flood 2014).
    private static ulong Mix(ulong x)
    {
        unchecked
        {
            x += 0x9E3779B97F4A7C15;
            x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
            x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
            return x ^ (x >> 31);
        }
    }
}
