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

    [Theory]
    [InlineData(28, "No space left on device : '/run/provenance.json'", ExitCode.MachineLacks)]
    [InlineData(unchecked((int)0x80131620), "Failed to create '/run/provenance.json' with allocation size '700' because the disk was full.", ExitCode.MachineLacks)]
    [InlineData(30, "Read-only file system : '/run/provenance.json'", ExitCode.Failed)]
    public void A_file_that_the_machine_refuses_is_one_line(int error, string reason, ExitCode code)
    {
        var ending = Ending.Of(new IOException(reason, error), isInterrupted: false);

        Assert.Equal(Ending.Of(new UnauthorizedAccessException(reason), isInterrupted: false).Line, ending.Line);
        Assert.Equal(new(code, reason.TrimEnd('.') + ". What was stored is kept: put that right and run the same command again."), ending);
    }
}
