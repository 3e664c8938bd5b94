namespace Rayshard.Tests.Core;

public sealed class FrameSampleTests
{
    private static readonly Digest s_settings = Digest.Of("settings");

    [Theory]
    [InlineData("16", 1000, 16)]
    [InlineData("16", 7, 7)]
    [InlineData("5%", 1000, 50)]
    [InlineData("0.01%", 10, 1)]
    [InlineData("all", 9, 9)]
    public void So_many_frames_are_chosen_each_once_and_in_order(string text, long count, int expected)
    {
        var chosen = FrameSample.Parse(text).Of(s_settings, count).ToList();

        Assert.Equal(expected, chosen.Count);
        Assert.Equal(chosen.Distinct().Order(), chosen);
        Assert.All(chosen, index => Assert.InRange(index, 0, count - 1));
    }

    [Fact]
    public void The_choice_is_stable_goes_through_a_billion_frames_and_hangs_on_the_settings()
    {
        var chosen = FrameSample.Parse("4").Of(s_settings, 1_000_000_000).ToList();

        Assert.Equal(chosen, FrameSample.Parse("4").Of(s_settings, 1_000_000_000));
        Assert.NotEqual(chosen, FrameSample.Parse("4").Of(Digest.Of("others"), 1_000_000_000));
        Assert.Equal([0, 1, 2, 3], chosen.Select(index => index / 250_000_000));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-3")]
    [InlineData("0%")]
    [InlineData("101%")]
    [InlineData("NaN%")]
    [InlineData("some")]
    [InlineData("1e3")]
    public void Anything_else_is_refused_with_what_to_write(string text)
    {
        var refused = Assert.Throws<RayshardException>(() => FrameSample.Parse(text));

        Assert.Equal(ExitCode.AskedWrongly, refused.ExitCode);
        Assert.Contains("--sample=5%", refused.Message, StringComparison.Ordinal);
    }
}
