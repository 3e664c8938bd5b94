using Rayshard.Build.Tests.Doubles;

namespace Rayshard.Build.Tests.Host;

/// <summary>The genuine Cake from outside: what it prints and how it ends. A second each.</summary>
public sealed class EndToEndTests
{
    [Fact]
    public async Task Tree() => await Verifier.Verify(await OutputAsync("--tree"));

    [Fact]
    public async Task A_success_ends_with_0_and_says_nothing_of_Cake()
    {
        using var run = CakeRun.OfDouble("Good");

        Assert.Equal(0, await run.EndAsync());
        Assert.Equal("good\n", run.Output);
        Assert.Equal("", run.Errors);
    }

    [Theory]
    [InlineData("Busy")]
    [InlineData("After")]
    public async Task A_failure_ends_with_its_own_code_and_its_one_line(string target)
    {
        using var run = CakeRun.OfDouble(target);

        Assert.Equal((int)ExitCode.Busy, await run.EndAsync());
        Assert.Equal("", run.Output);
        Assert.Equal("the store is busy\n", run.Errors);
    }

    [Fact]
    public async Task A_mistake_in_the_code_ends_with_1_and_its_trace()
    {
        using var run = CakeRun.OfDouble("Broken");

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains("InvalidOperationException: broken", run.Errors, StringComparison.Ordinal);
        Assert.Contains(nameof(EndingTasks), run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_flag_ends_with_2_and_one_line()
    {
        using var run = CakeRun.OfRepository("--target=Render", "--workers=abc");

        Assert.Equal(2, await run.EndAsync());
        Assert.Equal("--workers=abc: it is no whole number from 1 to 1024; correct it or leave it out\n", run.Errors);
        Assert.Equal("", run.Output);
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task One_signal_lets_it_finish_and_it_ends_with_130(string signal)
    {
        using var run = CakeRun.OfDouble("Long");
        await run.SaysAsync("started");

        run.Signal(signal);

        Assert.Equal(130, await run.EndAsync());
        Assert.Contains("finished", run.Output, StringComparison.Ordinal);
        Assert.Contains("Finishing what is in flight; again to stop now.", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_signal_stops_it_now()
    {
        using var run = CakeRun.OfDouble("Long");
        await run.SaysAsync("started");

        run.Signal("INT");
        await run.SaysAsync("finishing");
        run.Signal("INT");

        Assert.Equal(130, await run.EndAsync());
        Assert.DoesNotContain("finished", run.Output, StringComparison.Ordinal);
        Assert.Equal("Interrupted. What was stored is kept; the same command goes on from there.\n", run.Errors);
    }

    private static async Task<string> OutputAsync(params string[] arguments)
    {
        using var run = CakeRun.OfRepository(arguments);
        Assert.True(await run.EndAsync() == 0, run.Errors);
        return string.Join('\n', run.Output.Split('\n').Select(line => line.TrimEnd()));
    }
}
