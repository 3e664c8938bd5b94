using Rayshard.Build.Progress;
using Rayshard.Execution;

namespace Rayshard.Build.Tests.Progress;

public sealed class FrameRateTests
{
    private readonly FrameRate _rate = new();

    [Fact]
    public void The_rate_is_that_of_late_and_not_of_the_whole_run()
    {
        for (var second = 0; second <= 300; second++)
        {
            // 10 frames a second at first, then 1.
            Add(second, rendered: second <= 200 ? 10 * second : 2000 + second - 200);
        }

        Assert.Equal(1, _rate.PerSecond, 0.05);
        Assert.Equal(10_000 - 2100, _rate.Left!.Value.TotalSeconds, 500.0);
    }

    [Fact]
    public void Frames_that_the_store_held_are_not_counted_as_fast_ones()
    {
        Add(0, rendered: 0, reused: 0);
        Add(1, rendered: 2, reused: 5000);

        Assert.Equal(2, _rate.PerSecond, 0.001);
    }

    [Fact]
    public void Nothing_is_left_at_the_end_even_where_nothing_was_rendered()
    {
        Add(0, rendered: 0, reused: 10_000);

        Assert.Equal(TimeSpan.Zero, _rate.Left);
    }

    private void Add(double seconds, long rendered, long reused = 0) =>
        _rate.Add(new("x", 10_000) { Rendered = rendered, Reused = reused, Elapsed = TimeSpan.FromSeconds(seconds) });
}
