using System.Diagnostics;
using Rayshard.Build.Progress;

namespace Rayshard.Build.Verbs;

/// <summary>Builds and runs every test project under <c>tests/</c>, and sums up.</summary>
public sealed class Testing(KitContext context)
{
    /// <summary>Runs them one after another, because some measure time; the last line is the counts alone.</summary>
    /// <exception cref="ToldException">A test failed, or none ran.</exception>
    public async Task RunAsync()
    {
        var projects = TestProject.Find(context.Folders.Tests);
        if (!context.Arguments.HasArgument("nobuild"))
        {
            foreach (var project in projects)
            {
                await DotnetBuild.RunAsync(project.File, context.Interruption.Finish).ConfigureAwait(false);
            }
        }

        var total = new TestCounts(0, 0, 0);
        foreach (var project in projects)
        {
            total += await RunAsync(project).ConfigureAwait(false);
        }

        if (total is { Passed: 0, Failed: 0 })
        {
            context.Terminal.Say("No test ran, which is a failure too.");
        }

        context.Terminal.Say(total.ToString());
        if (!total.IsGreen)
        {
            throw new ToldException(ExitCode.Failed);
        }
    }

    private async Task<TestCounts> RunAsync(TestProject project)
    {
        var started = Stopwatch.GetTimestamp();
        var results = Path.Combine(context.Folders.TestResults, project.Name + ".xml");
        Directory.CreateDirectory(context.Folders.TestResults);
        File.Delete(results);
        context.Terminal.Say($"{project.Name} ...");
        var run = await ChildProcess.RunAsync("dotnet", project.Command(results, context.Options.Filter), context.Terminal.Say, context.Interruption.Finish).ConfigureAwait(false);
        var counts = TestCounts.Read(results, context.Terminal.Say);
        if (counts is null || (run.ExitCode != 0 && counts.IsGreen))
        {
            // Died before or after its results were written: nothing of it can be believed to have passed.
            context.Terminal.Say($"{project.Name} ended with exit code {run.ExitCode} and {(counts is null ? "no results" : "no failed test")}.");
            counts = (counts ?? new(0, 0, 0)) + new TestCounts(0, 1, 0);
        }

        context.Terminal.Say($"{project.Name}: {counts} in {Words.Time(Stopwatch.GetElapsedTime(started))}");
        return counts;
    }
}
