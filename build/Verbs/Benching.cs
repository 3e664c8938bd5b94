namespace Rayshard.Build.Verbs;

/// <summary>Builds and runs the benchmark, in a process of its own: what Cake costs is not measured.</summary>
public sealed class Benching(KitContext context)
{
    /// <summary>Runs it. What it measures decides nothing: a goal that is missed is a row that says so.</summary>
    /// <exception cref="RayshardException">It does not build.</exception>
    /// <exception cref="ToldException">It could not measure.</exception>
    public Task RunAsync() => MeasureAsync();

    /// <summary>Measures what does not render against the number of frames.</summary>
    /// <exception cref="RayshardException">It does not build.</exception>
    /// <exception cref="ToldException">It could not measure.</exception>
    public Task ScaleAsync() => MeasureAsync("scale");

    private async Task MeasureAsync(params string[] mode)
    {
        var project = Path.Combine(context.Folders.Tests, "Rayshard.Bench");
        if (!context.Arguments.HasArgument("nobuild"))
        {
            await DotnetBuild.RunAsync(project, context.Interruption.Finish).ConfigureAwait(false);
        }

        var run = await ChildProcess.RunAsync(
            "dotnet", [Path.Combine(project, "bin", "Release", "net10.0", "Rayshard.Bench.dll"), context.Folders.Root, context.Folders.Bench, .. mode], context.Terminal.Say, context.Interruption.Finish).ConfigureAwait(false);
        if (run.ExitCode != 0)
        {
            throw new ToldException((ExitCode)run.ExitCode);
        }
    }
}
