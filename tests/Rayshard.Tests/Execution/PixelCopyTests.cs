using Rayshard.Execution;

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

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void One_float_that_is_not_finite_is_found_wherever_it_is(float bad)
    {
        for (var length = 1; length < 40; length++)
        {
            for (var at = 0; at < length; at++)
            {
                var values = Enumerable.Repeat(float.MaxValue, length).ToArray();
                Assert.True(PixelCopy.AllFinite(values));
                values[at] = bad;
                Assert.False(PixelCopy.AllFinite(values));
            }
        }
    }

    [Fact]
    public void A_frame_is_empty_when_no_pixel_has_alpha()
    {
        var pixels = new float[4 * 9];
        Assert.True(PixelCopy.IsEmpty(pixels));
        pixels[8] = 1;
        Assert.True(PixelCopy.IsEmpty(pixels));
        pixels[11] = 1e-9f;
        Assert.False(PixelCopy.IsEmpty(pixels));
    }
}
