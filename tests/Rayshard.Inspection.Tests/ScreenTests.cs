namespace Rayshard.Inspection.Tests;

public sealed class ScreenTests
{
    private static readonly float[] s_rare = [0, -0f, 1, -1, 1e10f, float.NaN, -float.NaN, float.PositiveInfinity, float.NegativeInfinity, 1e-40f, -3e-39f, 65504, float.MinValue, float.MaxValue];

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(4, false)]
    [InlineData(5, false)]
    [InlineData(1, true)]
    [InlineData(3, true)]
    [InlineData(4, true)]
    public void Eight_at_once_counts_what_one_by_one_counts(int channels, bool isMixed)
    {
        foreach (var source in Sources(channels, isMixed))
        {
            var screen = new Screen(channels);
            screen.Add(source);
            var expected = Enumerable.Range(0, channels).Select(_ => new ChannelCounts()).ToArray();
            for (var i = 0; i < source.Length; i++)
            {
                expected[i % channels].Add(BitConverter.SingleToInt32Bits(source[i]));
            }

            Assert.All(Enumerable.Range(0, channels), channel => Assert.Equal(Told(expected[channel]), Told(screen[channel])));
        }
    }

    [Fact]
    public void What_is_no_measurement_is_counted_and_is_no_extreme()
    {
        var screen = new Screen(1);
        screen.Add([2, float.NaN, 1e10f, float.PositiveInfinity, 0.5f, 1, 0, 1e-40f]);

        var counts = screen[0];
        Assert.Equal((8, 1, 1, 1, 1, 1, 1), (counts.Values, counts.Nan, counts.Infinite, counts.Sentinels, counts.Denormal, counts.Zeros, counts.Ones));
        Assert.Equal((0f, 2f), (counts.Min, counts.Max));
    }

    [Fact]
    public void Effective_bits_end_at_the_lowest_bit_that_any_value_sets()
    {
        Assert.Equal(23, Bits(1 + MathF.Pow(2, -23), 2));
        Assert.Equal(10, Bits([.. Enumerable.Range(1, 2000).Select(i => (float)(Half)(i / 7f))]));
        Assert.Equal(0, Bits(1, 2, 4, 0.5f));
    }

    private static int Bits(params float[] values)
    {
        var screen = new Screen(1);
        screen.Add(values);
        return screen[0].EffectiveBits;
    }

    // Plain blocks, blocks with signs, sentinels or rare values, one after another, and a rest that fills no block.
    private static IEnumerable<float[]> Sources(int channels, bool isMixed)
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            yield return [.. Enumerable.Range(0, channels * (7000 + random.Next(3000))).Select(i =>
            {
                var value = random.NextSingle() * 3;
                return !isMixed || i / 9000 % 2 == 0 ? value
                    : random.Next(1 + (500 * (seed % 3))) == 0 ? s_rare[random.Next(s_rare.Length)]
                    : seed % 2 == 0 ? -value : value;
            })];
        }
    }

    private static string Told(ChannelCounts c) =>
        $"{c.Values} {c.Min:G9} {c.Max:G9} {c.Nan} {c.Infinite} {c.Denormal} {c.Zeros} {c.Ones} {c.Sentinels} {c.EffectiveBits}";
}
