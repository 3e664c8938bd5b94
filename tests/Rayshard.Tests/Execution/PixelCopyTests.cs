using System.IO.Hashing;
using System.Runtime.InteropServices;
using Rayshard.Execution;
using Rayshard.Storage;

namespace Rayshard.Tests.Execution;

public sealed class PixelCopyTests
{
    [Theory]
    [InlineData(4, 4)]
    [InlineData(4, 3)]
    [InlineData(4, 1)]
    [InlineData(3, 3)]
    [InlineData(1, 1)]
    public void Rows_turn_over_and_the_first_channels_stay(int from, int to)
    {
        const int Width = 5, Height = 3;
        var source = Enumerable.Range(0, Width * Height * from).Select(i => (float)i).ToArray();
        var target = new float[Width * Height * to];

        PixelCopy.FlipAndSelect(source, from, target, to, Width, Height);

        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
            {
                for (var c = 0; c < to; c++)
                {
                    Assert.Equal(source[((((Height - 1 - y) * Width) + x) * from) + c], target[(((y * Width) + x) * to) + c]);
                }
            }
        }
    }

    [Theory]
    [InlineData(5, 3, 4, 4)] // one block
    [InlineData(301, 257, 4, 3)] // several, the last one short
    [InlineData(40000, 3, 4, 4)] // rows larger than a block
    [InlineData(301, 257, 1, 1)]
    public void A_blob_is_the_npy_file_of_the_turned_rows_and_has_its_hashes(int width, int height, int from, int to)
    {
        var random = new Random(3);
        var source = Enumerable.Range(0, width * height * from).Select(_ => random.NextSingle()).ToArray();
        var expected = new byte[Npy.LengthOf(height, width, to)];
        Npy.WriteHeader(expected, height, width, to);
        PixelCopy.FlipAndSelect(source, from, MemoryMarshal.Cast<byte, float>(expected.AsSpan(Npy.HeaderBytes)), to, width, height);

        // Twice: the hash is one that the thread keeps.
        for (var time = 0; time < 2; time++)
        {
            var blob = new byte[expected.Length];
            var (address, xxh3) = PixelCopy.Blob(source, from, blob, to, width, height);

            Assert.Equal(expected, blob);
            Assert.Equal((Digest.Of(expected), XxHash3.HashToUInt64(expected)), (address, xxh3));
        }
    }

    [Fact]
    public void Bits_are_kept_also_those_of_a_NaN()
    {
        float[] source = [BitConverter.UInt32BitsToSingle(0x7fc12345), -0f, float.Epsilon, float.PositiveInfinity];
        var target = new float[4];

        PixelCopy.FlipAndSelect(source, 4, target, 4, 1, 1);

        Assert.Equal(source.Select(BitConverter.SingleToUInt32Bits), target.Select(BitConverter.SingleToUInt32Bits));
    }

    [Fact]
    public void A_length_that_does_not_fit_is_refused() =>
        Assert.Throws<ArgumentException>(() => PixelCopy.FlipAndSelect(new float[15], 4, new float[16], 4, 2, 2));
}
