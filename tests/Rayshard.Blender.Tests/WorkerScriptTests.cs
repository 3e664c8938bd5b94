using System.Diagnostics;

namespace Rayshard.Blender.Tests;

/// <summary>The Python half: the worker's own tests.</summary>
public sealed class WorkerScriptTests
{
    [Fact]
    public async Task The_workers_own_tests_pass()
    {
        NeedsBlender();
        var (exitCode, output) = await RunAsync("/usr/bin/python3", Path.Combine(Root, "tests", "worker", "test_worker.py"));

        Assert.True(exitCode == 0, output);
        Assert.Matches(@"Ran [1-9]\d* tests", output);
        Assert.DoesNotContain("skipped", output, StringComparison.Ordinal);
    }

    private static void NeedsBlender() => Assert.SkipUnless(
        Environment.GetEnvironmentVariable("CI") is "true" or "1" || File.Exists("/usr/bin/blender"),
        "this machine has no Blender: run ./build.sh --target=Provision first");

    private static string Root { get; } = FindRoot();

    private static async Task<(int ExitCode, string Output)> RunAsync(string program, params string[] arguments)
    {
        // An environment of its own: a test that runs beside this one poisons the process's.
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/bin:/bin";
        start.Environment["HOME"] = Directory.CreateTempSubdirectory("rayshard-").FullName;
        start.Environment["LANG"] = "C.UTF-8";
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }

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
