namespace Rayshard.Blender.Tests;

public sealed class FrameGuardTests
{
    private static readonly Experiment s_strict = new();
    private static readonly PassRequest s_combined = new("combined");

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void One_float_that_is_not_finite_is_found_wherever_it_is(float bad)
    {
        for (var length = 4; length <= 70; length++)
        {
            for (var at = 0; at < length; at++)
            {
                var pixels = new float[length];
                Array.Fill(pixels, float.MaxValue);
                Assert.Null(Check(pixels, s_strict));
                pixels[at] = bad;
                Assert.NotNull(Check(pixels, s_strict));
                Assert.Null(Check(pixels, s_strict with { AllowNonFinite = true }));
            }
        }
    }

    [Fact]
    public void Alpha_that_is_zero_everywhere_is_refused_unless_it_is_allowed()
    {
        var pixels = Enumerable.Range(0, 64).Select(i => i % 4 == 3 ? 0f : 1f).ToArray();

        Assert.NotNull(Check(pixels, s_strict));
        Assert.Null(Check(pixels, s_strict with { AllowEmpty = true }));
        pixels[^1] = 0.001f;
        Assert.Null(Check(pixels, s_strict));
    }

    private static string? Check(float[] pixels, Experiment experiment) =>
        FrameGuard.Check(s_combined, new("combined", 64, pixels.Length / 4, 1, 4), pixels, experiment);
}
