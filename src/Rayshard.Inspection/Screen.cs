using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Rayshard.Inspection;

/// <summary>
/// Counts over every value, at the speed of memory: eight floats at once, as integers, because their order as integers is that of the floats
/// but for the sign. A block with something rare in it (NaN, infinity, denormal) is counted again, one by one.
/// </summary>
internal sealed class Screen(int channels)
{
    /// <summary>Bits of the float32 nearest to 1e10.</summary>
    public const int Sentinel = 0x501502F9;

    private const int One = 0x3F800000;
    private const int Magnitude = 0x7FFFFFFF;
    private const int Infinity = 0x7F800000;
    private const int Lanes = 8;

    // What the first cache holds: of three channels, a block is gone through three times.
    private const int BlockFloats = 4096;

    private readonly ChannelCounts[] _counts = [.. Enumerable.Range(0, channels).Select(_ => new ChannelCounts())];

    // After so many vectors a lane is the same channel's again.
    private readonly int _period = channels / Gcd(channels, Lanes);

    private bool _isPlain = true;

    /// <summary>What was counted of a channel.</summary>
    public ChannelCounts this[int channel] => _counts[channel];

    /// <summary>Counts the next pixels, whole ones.</summary>
    public void Add(ReadOnlySpan<float> pixels)
    {
        // A whole number of pixels and of periods, so that each block begins with the first channel.
        var step = Lanes * _period;
        var block = Math.Max(step, BlockFloats / step * step);
        while (pixels.Length >= block)
        {
            Block(MemoryMarshal.Cast<float, int>(pixels[..block]));
            pixels = pixels[block..];
        }

        OneByOne(MemoryMarshal.Cast<float, int>(pixels));
    }

    private void Block(ReadOnlySpan<int> bits)
    {
        // Most blocks are plain, and those after one that is not, are not: then the longer way is gone at once.
        Span<Found> found = stackalloc Found[_period];
        if (_isPlain)
        {
            for (var phase = 0; phase < found.Length && _isPlain; phase++)
            {
                found[phase] = LookPlain(bits, phase * Lanes, _period * Lanes);
                _isPlain = !found[phase].IsBeyondPlain;
            }
        }

        var isRare = false;
        if (!_isPlain)
        {
            var mayBePlain = true;
            for (var phase = 0; phase < found.Length; phase++)
            {
                found[phase] = Look(bits, phase * Lanes, _period * Lanes);
                mayBePlain &= !found[phase].IsBeyondPlain && found[phase].Sentinels == Vector256<int>.Zero;
                isRare |= found[phase].IsRare;
            }

            _isPlain = mayBePlain;
        }

        if (isRare)
        {
            OneByOne(bits);
            return;
        }

        for (var phase = 0; phase < found.Length; phase++)
        {
            ref var f = ref found[phase];
            for (var lane = 0; lane < Lanes; lane++)
            {
                _counts[((phase * Lanes) + lane) % channels].Add(
                    f.Or[lane], f.Min[lane], f.Max[lane], f.Zeros[lane], f.Ones[lane], f.Sentinels[lane], bits.Length / (Lanes * _period));
            }
        }
    }

    // Positive, normal, below 1e10: the integers are in the order of the floats as they are. Compiled in full at once: .NET's first version of a loop
    // of vectors is several times slower, and a store may have been read before the second one comes.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Found LookPlain(ReadOnlySpan<int> bits, int start, int step)
    {
        ref var first = ref MemoryMarshal.GetReference(bits);
        var (min, max, least, one) = (Vector256.Create(int.MaxValue), Vector256.Create(int.MinValue), Vector256.Create(uint.MaxValue), Vector256.Create(One));
        var (or, zeros, ones) = (Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero);
        for (nuint i = (nuint)start, end = (nuint)bits.Length; i < end; i = unchecked(i + (nuint)step))
        {
            var value = Vector256.LoadUnsafe(ref first, i);
            zeros -= Vector256.Equals(value, Vector256<int>.Zero);
            ones -= Vector256.Equals(value, one);
            or |= value;
            min = Vector256.Min(min, value);
            max = Vector256.Max(max, value);

            // Zero wraps to the greatest, so this is the least magnitude above zero.
            least = Vector256.Min(least, (value - Vector256<int>.One).AsUInt32());
        }

        return new(or, min, max, zeros, ones, Vector256<int>.Zero, least);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Found Look(ReadOnlySpan<int> bits, int start, int step)
    {
        ref var first = ref MemoryMarshal.GetReference(bits);
        var (min, max, least) = (Vector256.Create(int.MaxValue), Vector256.Create(int.MinValue), Vector256.Create(uint.MaxValue));
        var (or, zeros, ones, sentinels) = (Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero);
        for (nuint i = (nuint)start, end = (nuint)bits.Length; i < end; i = unchecked(i + (nuint)step))
        {
            var value = Vector256.LoadUnsafe(ref first, i);
            var isSentinel = Vector256.Equals(value, Vector256.Create(Sentinel));
            sentinels -= isSentinel;
            zeros -= Vector256.Equals(value & Vector256.Create(Magnitude), Vector256<int>.Zero);
            ones -= Vector256.Equals(value, Vector256.Create(One));

            // A sentinel stands for nothing: it becomes 0, which sets no bit and is no new maximum of a depth.
            value = Vector256.AndNot(value, isSentinel);
            or |= value;
            var key = value ^ ((value >> 31) & Vector256.Create(Magnitude));
            min = Vector256.Min(min, key | (isSentinel & Vector256.Create(int.MaxValue)));
            max = Vector256.Max(max, key);
            least = Vector256.Min(least, ((value & Vector256.Create(Magnitude)) - Vector256<int>.One).AsUInt32());
        }

        return new(or, min, max, zeros, ones, sentinels, least);
    }

    private void OneByOne(ReadOnlySpan<int> bits)
    {
        for (var i = 0; i < bits.Length; i++)
        {
            _counts[i % channels].Add(bits[i]);
        }
    }

    private static int Gcd(int a, int b) => b == 0 ? a : Gcd(b, a % b);

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Found(
        Vector256<int> Or, Vector256<int> Min, Vector256<int> Max, Vector256<int> Zeros, Vector256<int> Ones, Vector256<int> Sentinels, Vector256<uint> Least)
    {
        private const uint LeastNormal = 0x00800000;

        /// <summary>Whether a value is negative, denormal, not finite, or may be a sentinel.</summary>
        public bool IsBeyondPlain => Vector256.LessThanAny(Min, Vector256<int>.Zero) || Vector256.GreaterThanOrEqualAny(Max, Vector256.Create(Sentinel))
            || Vector256.LessThanAny(Least, Vector256.Create(LeastNormal - 1));

        /// <summary>Whether a value is denormal or not finite.</summary>
        public bool IsRare => Vector256.GreaterThanOrEqualAny(Max, Vector256.Create(Infinity)) || Vector256.LessThanOrEqualAny(Min, Vector256.Create(~Infinity))
            || Vector256.LessThanAny(Least, Vector256.Create(LeastNormal - 1));
    }
}
