namespace Rayshard.Tests.Core;

public sealed class PassDifferenceTests
{
    [Fact]
    public void Equal_bits_differ_in_nothing_also_where_they_are_no_numbers()
    {
        float[] pixels = [1, float.NaN, float.PositiveInfinity, 1e10f];

        Assert.Equal(new(4, 0, 0, 0, double.PositiveInfinity), PassDifference.Of(pixels, pixels));
    }

    [Fact]
    public void Neighbours_are_one_step_apart_also_across_zero()
    {
        Assert.Equal(1, PassDifference.Of([1f], [MathF.BitIncrement(1)]).MaxUlp);
        Assert.Equal(2, PassDifference.Of([float.Epsilon], [-float.Epsilon]).MaxUlp);
    }

    [Fact]
    public void A_zero_of_the_other_sign_differs_but_by_nothing()
    {
        var difference = PassDifference.Of([0f, 1f], [-0f, 1f]);

        Assert.Equal((1, 0.0, double.PositiveInfinity), (difference.Differing, difference.MaxAbs, difference.PsnrDb));
    }

    [Fact]
    public void Peak_signal_to_noise_is_that_of_the_textbook()
    {
        var difference = PassDifference.Of([2f, 0f, 0f, 0f], [2f, 0.02f, 0f, 0f]);

        Assert.Equal(10 * Math.Log10(4 / (0.02 * 0.02 / 4)), difference.PsnrDb, 4);
        Assert.Equal(0.25, difference.Share);
    }

    [Fact]
    public void The_depth_of_nothing_does_not_drown_a_difference_and_a_flip_to_it_is_a_great_one()
    {
        Assert.InRange(PassDifference.Of([1e10f, 5f], [1e10f, 4f]).PsnrDb, 10, 20);
        Assert.True(PassDifference.Of([1e10f, 5f], [1e10f, 1e10f]).PsnrDb < -100);
    }

    [Fact]
    public void A_number_that_became_none_is_infinitely_far()
    {
        var difference = PassDifference.Of([1f], [float.NaN]);

        Assert.Equal((double.PositiveInfinity, double.NegativeInfinity), (difference.MaxAbs, difference.PsnrDb));
        Assert.False(Tolerance.IsFarBelowNoise(difference, PassDifference.Of([1f], [0f])));
    }

    [Theory]
    [InlineData(49, 76, true)]
    [InlineData(49, 60, false)]
    [InlineData(-5, 41, true)]
    public void Far_below_the_noise_is_a_hundredth_of_its_energy(double noise, double found, bool expected) =>
        Assert.Equal(expected, Tolerance.IsFarBelowNoise(new(100, 50, 1, 1, found), new(100, 80, 1, 1, noise)));

    [Fact]
    public void Without_noise_only_rounding_is_within_tolerance()
    {
        var none = new PassDifference(100, 0, 0, 0, double.PositiveInfinity);

        Assert.True(Tolerance.IsFarBelowNoise(new(100, 20, 1e-6, 5, 147), none));
        Assert.False(Tolerance.IsFarBelowNoise(new(100, 1, 1, 1 << 20, 40), none));
    }

    [Fact]
    public void Every_bound_of_a_tolerance_must_hold()
    {
        var difference = new PassDifference(100, 20, 0.5, 3, 60);

        Assert.True(new Tolerance { MaxAbs = 0.5, MaxUlp = 3, MinPsnrDb = 60, MaxShare = 0.2 }.Holds(difference));
        Assert.False(new Tolerance { MaxAbs = 0.4, MaxShare = 1 }.Holds(difference));
        Assert.False(new Tolerance { MaxUlp = 2 }.Holds(difference));
        Assert.False(new Tolerance { MinPsnrDb = 61 }.Holds(difference));
        Assert.False(new Tolerance { MaxShare = 0.1 }.Holds(difference));
    }
}
