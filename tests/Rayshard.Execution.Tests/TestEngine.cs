using System.Diagnostics;
using Rayshard.Blender;

namespace Rayshard.Execution.Tests;

/// <summary>The machine's Docker, with the pinned image in it. A machine without Docker skips, loudly; in CI it fails.</summary>
internal static class TestEngine
{
    private static readonly Lazy<Task> s_image = new(MakeImageAsync);

    /// <summary>The kit that takes every Blender out of a container.</summary>
    public static Kit Kit { get; } = new(Options("container"), TimeProvider.System);

    public static ToolchainPin Pin { get; } = BlenderFacts.Toolchains["debian-12"];

    public static ToolchainOptions Options(string provider) =>
        new() { BlenderFolder = TestMachine.BlenderFolder, StateFolder = TestMachine.StateFolder, Provider = provider };

    /// <summary>Skips the test where no engine answers, unless it is CI; makes the image the first time.</summary>
    public static async Task NeededAsync()
    {
        var (code, said) = Docker("version", "--format", "{{.Server.APIVersion}}");
        var isCi = Environment.GetEnvironmentVariable("CI") is "true" or "1";
        Assert.SkipUnless(isCi || code == 0, $"no Docker answers here ({said}): export DOCKER_HOST=$(.ci/engine start FOLDER) starts one, as root");
        Assert.True(code == 0, said);

        // Testcontainers speaks a newer protocol than Debian's engine, unless it is told; its reaper is an image that would have to be pulled.
        Environment.SetEnvironmentVariable("DOCKER_API_VERSION", said);
        Environment.SetEnvironmentVariable("TESTCONTAINERS_RYUK_DISABLED", "true");
        await s_image.Value;
    }

    /// <summary>Names of the containers of runs, also of those that are not started or have ended.</summary>
    public static IReadOnlyList<string> Containers() =>
        Docker("ps", "--all", "--filter", "label=rayshard.run", "--format", "{{.Names}}").Said.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public static (int Code, string Said) Docker(params string[] arguments) => Run("docker", arguments);

    private static async Task MakeImageAsync()
    {
        if (Docker("image", "inspect", Pin.Image).Code == 0)
        {
            return;
        }

        var root = (await Toolchain.ProvisionAsync(Pin, CpuKernel.Native, Options("debian"))).Place!;
        var (code, said) = Run("/bin/sh", "-c", "sh \"$0\" \"$1\" | docker load", Path.Combine(TestMachine.BlenderFolder, "image.sh"), root);
        Assert.True(code == 0, said);
        Assert.Contains(Pin.Image, said, StringComparison.Ordinal); // Otherwise the same lock gives another image here than where it was pinned.
    }

    private static (int Code, string Said) Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, $"{output}{error.Result}".Trim());
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return (127, e.Message);
        }
    }
}
