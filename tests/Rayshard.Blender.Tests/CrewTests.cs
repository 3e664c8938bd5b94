namespace Rayshard.Blender.Tests;

public sealed class CrewTests
{
    [Fact]
    public void All_work_where_each_brings_its_share()
    {
        var crew = new Crew(4, isFixed: false);

        Run(crew, size => 100 * size);

        Assert.Equal(4, crew.Size);
        Assert.StartsWith("4 workers gave 40", crew.Finding, StringComparison.Ordinal);
    }

    [Fact]
    public void Half_are_sent_to_rest_for_as_long_as_half_are_as_fast()
    {
        var crew = new Crew(16, isFixed: false);

        Run(crew, size => Math.Min(400, 100 * size));

        Assert.Equal(4, crew.Size);
        Assert.Equal(3, crew.Finding.Split(';').Length);
    }

    [Fact]
    public void One_good_moment_of_the_half_does_not_decide()
    {
        var crew = new Crew(2, isFixed: false);
        var slow = false;

        Run(crew, size => size == 2 ? (slow = !slow) ? 100 : 200 : 110);

        Assert.Equal(2, crew.Size);
    }

    [Theory]
    [InlineData(true, 60)]
    [InlineData(false, 15)]
    public void Nothing_is_tried_where_the_user_has_said_or_the_run_is_short(bool isFixed, int seconds)
    {
        var crew = new Crew(2, isFixed);
        var sizes = new HashSet<int>();

        Run(crew, size => { sizes.Add(size); return 100; }, seconds);

        Assert.Equal([2], sizes);
        Assert.Equal("", crew.Finding);
    }

    private static void Run(Crew crew, Func<int, double> framesPerSecond, int seconds = 60)
    {
        for (var now = TimeSpan.Zero; now < TimeSpan.FromSeconds(seconds); now += TimeSpan.FromSeconds(1 / framesPerSecond(crew.Size)))
        {
            crew.Rendered(now);
        }
    }
}
