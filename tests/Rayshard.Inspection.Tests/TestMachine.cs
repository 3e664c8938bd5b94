using Rayshard.Execution;

namespace Rayshard.Inspection.Tests;

/// <summary>Where things are, and the real kit on the real Blender. A machine without it skips, loudly; in CI it fails.</summary>
internal static class TestMachine
{
    public static string Root { get; } = FindRoot();

    public static Kit Kit { get; } = new(new() { BlenderFolder = Path.Combine(Root, "blender"), StateFolder = Path.Combine(Root, "artifacts", "toolchains") }, TimeProvider.System);

    /// <summary>An experiment as the build resolved it.</summary>
    public static ResolvedExperiment Experiment(string name)
    {
        var (experiment, folder) = ExperimentBuild.Read(Path.Combine(Root, "artifacts", "experiments"))[name];
        return new(experiment, folder);
    }

    /// <summary>Skips the test where this machine has no Blender, unless it is CI, where the test then fails by itself.</summary>
    public static void NeedsBlender() => Assert.SkipUnless(
        Environment.GetEnvironmentVariable("CI") is "true" or "1" || File.Exists("/usr/bin/blender"),
        "this machine has no Blender: run ./build.sh --target=Provision first");

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "cake.config")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("no cake.config above the tests");
        }

        return folder;
    }
}
