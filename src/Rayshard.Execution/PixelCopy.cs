using System.Runtime.Intrinsics;

namespace Rayshard.Execution;

/// <summary>Blender's buffer to the stored array: top row first, the wanted channels only.</summary>
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

    private static void Select(ReadOnlySpan<float> from, int sourceChannels, Span<float> to, int targetChannels)
    {
        var (s, t) = (0, 0);

        // Four floats at once: what is too much of one pixel the next one overwrites; the last pixels have none behind them.
        for (; s + Vector128<float>.Count <= from.Length && t + Vector128<float>.Count <= to.Length; s += sourceChannels, t += targetChannels)
        {
            Vector128.LoadUnsafe(in from[s]).StoreUnsafe(ref to[t]);
        }

        for (; t < to.Length; s += sourceChannels, t += targetChannels)
        {
            from.Slice(s, targetChannels).CopyTo(to[t..]);
        }
    }
}
