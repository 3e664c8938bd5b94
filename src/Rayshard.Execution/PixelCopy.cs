using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using Rayshard.Storage;

namespace Rayshard.Execution;

/// <summary>Blender's buffer to the stored array: top row first, the wanted channels only, hashed on the way.</summary>
internal static class PixelCopy
{
    // Of a block the hashes find every byte in the core's own cache, where the copy has just put it.
    private const int BlockBytes = 128 << 10;

    [ThreadStatic]
    private static IncrementalHash? t_sha256;

    /// <summary>Fills a whole blob, header and floats, and hashes it in the same pass over memory.</summary>
    /// <param name="source">Blender's floats, bottom row first.</param>
    /// <param name="sourceChannels">Floats per pixel of <paramref name="source"/>.</param>
    /// <param name="blob">Takes the npy file; as long as that is.</param>
    /// <param name="targetChannels">Floats per pixel to keep, the first ones.</param>
    /// <param name="width">Pixels per row.</param>
    /// <param name="height">Rows.</param>
    /// <returns>The blob's address, and its XXH3 as the manifest has it.</returns>
    /// <exception cref="ArgumentException">A length does not fit width and height.</exception>
    public static (Digest Address, ulong Xxh3) Blob(ReadOnlySpan<float> source, int sourceChannels, Span<byte> blob, int targetChannels, int width, int height)
    {
        Npy.WriteHeader(blob, height, width, targetChannels);
        var floats = MemoryMarshal.Cast<byte, float>(blob[Npy.HeaderBytes..]);
        if (blob.Length <= BlockBytes)
        {
            FlipAndSelect(source, sourceChannels, floats, targetChannels, width, height);
            return (Digest.Of(blob), XxHash3.HashToUInt64(blob));
        }

        ThrowIfUnlike(source, sourceChannels, floats, targetChannels, width, height);
        var (sha256, xxh3) = (t_sha256 ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256), new XxHash3());
        var rows = Math.Max(1, BlockBytes / (width * targetChannels * sizeof(float)));
        var hashed = 0;
        for (var row = 0; row < height; row += rows)
        {
            var end = Math.Min(height, row + rows);
            CopyRows(source, sourceChannels, floats, targetChannels, width, height, row, end);
            var until = Npy.HeaderBytes + (end * width * targetChannels * sizeof(float));
            sha256.AppendData(blob[hashed..until]);
            xxh3.Append(blob[hashed..until]);
            hashed = until;
        }

        Span<byte> digest = stackalloc byte[Digest.Size];
        sha256.GetHashAndReset(digest);
        return (Digest.FromBytes(digest), xxh3.GetCurrentHashAsUInt64());
    }

    /// <summary>Copies a bottom-up buffer of <paramref name="sourceChannels"/> per pixel to a top-down array of <paramref name="targetChannels"/>.</summary>
    /// <exception cref="ArgumentException">A length does not fit width and height.</exception>
    public static void FlipAndSelect(ReadOnlySpan<float> source, int sourceChannels, Span<float> target, int targetChannels, int width, int height)
    {
        ThrowIfUnlike(source, sourceChannels, target, targetChannels, width, height);
        CopyRows(source, sourceChannels, target, targetChannels, width, height, 0, height);
    }

    private static void ThrowIfUnlike(ReadOnlySpan<float> source, int sourceChannels, ReadOnlySpan<float> target, int targetChannels, int width, int height)
    {
        if (targetChannels > sourceChannels || source.Length != width * height * sourceChannels || target.Length != width * height * targetChannels)
        {
            throw new ArgumentException($"{source.Length} floats of {sourceChannels} channels do not make {width} x {height} x {targetChannels}.");
        }
    }

    private static void CopyRows(ReadOnlySpan<float> source, int sourceChannels, Span<float> target, int targetChannels, int width, int height, int first, int end)
    {
        for (var row = first; row < end; row++)
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
