using System.Numerics;
using System.Runtime.InteropServices;

namespace Rayshard.Execution;

/// <summary>Blender's buffer to the stored array: top row first, the wanted channels only; and what can be seen on the way.</summary>
internal static class PixelCopy
{
    /// <summary>Copies a bottom-up buffer of <paramref name="sourceChannels"/> per pixel to a top-down array of <paramref name="targetChannels"/>.</summary>
    /// <exception cref="ArgumentException">A length does not fit width and height.</exception>
    public static void FlipAndSelect(ReadOnlySpan<float> source, int sourceChannels, Span<float> target, int targetChannels, int width, int height)
    {
        if (targetChannels > sourceChannels || source.Length != width * height * sourceChannels || target.Length != width * height * targetChannels)
        {
            throw new ArgumentException($"{source.Length} floats of {sourceChannels} channels do not make {width} x {height} x {targetChannels}.");
        }

        for (var row = 0; row < height; row++)
        {
            var from = source.Slice((height - 1 - row) * width * sourceChannels, width * sourceChannels);
            var to = target.Slice(row * width * targetChannels, width * targetChannels);
            if (sourceChannels == targetChannels)
            {
                from.CopyTo(to);
            }
            else
            {
                Select(from, sourceChannels, to, targetChannels);
            }
        }
    }

    /// <summary>Whether every float is finite.</summary>
    public static bool AllFinite(ReadOnlySpan<float> values)
    {
        // An exponent of all ones is NaN or infinity.
        const uint Exponent = 0x7f800000;
        var bits = MemoryMarshal.Cast<float, uint>(values);
        var wide = MemoryMarshal.Cast<uint, Vector<uint>>(bits);
        var mask = new Vector<uint>(Exponent);
        foreach (var vector in wide)
        {
            if (Vector.EqualsAny(vector & mask, mask))
            {
                return false;
            }
        }

        foreach (var value in bits[(wide.Length * Vector<uint>.Count)..])
        {
            if ((value & Exponent) == Exponent)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether the fourth channel is zero in every pixel: what an empty Viewer, or a frame that shows nothing, looks like.</summary>
    public static bool IsEmpty(ReadOnlySpan<float> rgba)
    {
        for (var i = 3; i < rgba.Length; i += 4)
        {
            if (rgba[i] != 0)
            {
                return false;
            }
        }

        return true;
    }

    private static void Select(ReadOnlySpan<float> from, int sourceChannels, Span<float> to, int targetChannels)
    {
        for (int s = 0, t = 0; t < to.Length; s += sourceChannels, t += targetChannels)
        {
            from.Slice(s, targetChannels).CopyTo(to[t..]);
        }
    }
}
