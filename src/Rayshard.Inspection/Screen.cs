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
        Span<Found> found = stackalloc Found[_period];
        var isRare = false;
        for (var phase = 0; phase < found.Length; phase++)
        {
            found[phase] = Look(bits, phase);
            isRare |= found[phase].IsRare;
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

    private Found Look(ReadOnlySpan<int> bits, int phase)
    {
        ref var first = ref MemoryMarshal.GetReference(bits);
        var (min, max, least) = (Vector256.Create(int.MaxValue), Vector256.Create(int.MinValue), Vector256.Create(uint.MaxValue));
        var (or, zeros, ones, sentinels) = (Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero);
        for (var i = phase * Lanes; i < bits.Length; i += _period * Lanes)
        {
            var value = Vector256.LoadUnsafe(ref first, (nuint)i);
            var isSentinel = Vector256.Equals(value, Vector256.Create(Sentinel));
            sentinels -= isSentinel;
            zeros -= Vector256.Equals(value & Vector256.Create(Magnitude), Vector256<int>.Zero);
            ones -= Vector256.Equals(value, Vector256.Create(One));

            // A sentinel stands for nothing: it becomes 0, which sets no bit and is no new maximum of a depth.
            value = Vector256.AndNot(value, isSentinel);
            or |= value;
            var magnitude = value & Vector256.Create(Magnitude);
            var key = value ^ ((value >> 31) & Vector256.Create(Magnitude));
            min = Vector256.Min(min, key | (isSentinel & Vector256.Create(int.MaxValue)));
            max = Vector256.Max(max, key);

            // Zero wraps to the greatest, so this is the least magnitude above zero.
            least = Vector256.Min(least, (magnitude - Vector256<int>.One).AsUInt32());
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

        public bool IsRare
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => Vector256.GreaterThanOrEqualAny(Max, Vector256.Create(Infinity)) || Vector256.LessThanOrEqualAny(Min, Vector256.Create(~Infinity))
                || Vector256.LessThanAny(Least, Vector256.Create(LeastNormal - 1));
        }
    }
}
