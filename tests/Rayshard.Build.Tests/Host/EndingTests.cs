using Cake.Core;

namespace Rayshard.Build.Tests.Host;

public sealed class EndingTests
{
    [Fact]
    public void An_error_for_people_is_its_one_line_however_deep_Cake_wrapped_it()
    {
        var error = new RayshardException(ExitCode.Busy, "the store is busy");

        var ending = Ending.Of(new AggregateException(new CakeException(1, "task failed", new CakeReportException(new(), "report", error))), isInterrupted: false);

        Assert.Equal(new(ExitCode.Busy, "the store is busy"), ending);
    }

    [Fact]
    public void A_cancelled_run_is_interrupted_only_if_somebody_interrupted_it()
    {
        Assert.Equal(ExitCode.Interrupted, Ending.Of(new OperationCanceledException(), isInterrupted: true).Code);
        Assert.Equal(ExitCode.Failed, Ending.Of(new OperationCanceledException(), isInterrupted: false).Code);
    }

    [Fact]
    public void The_unexpected_is_shown_with_its_trace()
    {
        var ending = Ending.Of(Assert.Throws<InvalidOperationException>(() => Enumerable.Empty<int>().First()), isInterrupted: false);

        Assert.Equal(ExitCode.Failed, ending.Code);
        Assert.Contains(nameof(The_unexpected_is_shown_with_its_trace), ending.Line, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_told_already_is_not_said_again() => Assert.Equal(new(ExitCode.NotSo, ""), Ending.Of(new ToldException(ExitCode.NotSo), isInterrupted: false));
}
