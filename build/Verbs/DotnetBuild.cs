namespace Rayshard.Build.Verbs;

/// <summary>Builds a project that the kit runs.</summary>
public static class DotnetBuild
{
    /// <summary>Builds it; shows nothing unless it fails.</summary>
    /// <exception cref="RayshardException">It does not build.</exception>
    public static async Task RunAsync(string project, CancellationToken cancellation)
    {
        // No build servers: they would outlive us and hold our output open.
        var build = await ChildProcess.RunAsync(
            "dotnet", ["build", project, "--configuration", "Release", "--nologo", "--verbosity", "quiet", "-nodeReuse:false", "-p:UseSharedCompilation=false", "-clp:NoSummary"], _ => { }, cancellation).ConfigureAwait(false);
        if (build.ExitCode != 0)
        {
            throw new RayshardException(ExitCode.Failed, string.Join('\n', build.Lines.Distinct()));
        }
    }
}
