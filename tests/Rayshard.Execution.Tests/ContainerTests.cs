using System.Diagnostics;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Images;
using Newtonsoft.Json.Linq;
using Rayshard.Blender;

namespace Rayshard.Execution.Tests;

/// <summary>Workers in containers of a real Docker: they die with the host, are watched like others, and only the pinned image is taken.</summary>
public sealed class ContainerTests
{
    private const string Misbehaving = Workplace.Scene + """


        import os, time
        _apply = apply
        def apply(parameters):
            _apply({})
            if "hang" in parameters["behaviour"]:
                open(os.path.join(os.environ["HOME"], "hanging"), "w").close()
                time.sleep(600)
            if parameters["behaviour"] == "eat":
                bytearray(3 << 29)[::4096] = b"x" * (3 << 17)

        """;

    [Fact]
    public async Task The_image_holds_the_pinned_Blender_and_its_executable_is_the_one_that_is_written_down()
    {
        await TestEngine.NeededAsync();
        await using var container = new ContainerBuilder(TestEngine.Pin.Image).WithImagePullPolicy(PullPolicy.Never)
            .WithEntrypoint("/usr/bin/python3").WithCommand("-c", "import time; time.sleep(600)")
            .WithCreateParameterModifier(parameters => (parameters.HostConfig!.NetworkMode, parameters.HostConfig.Init) = ("none", true)).Build();
        await container.StartAsync();

        var version = await container.ExecAsync([TestEngine.Pin.Executable, "--version"]);
        var executable = await container.ReadFileAsync(TestEngine.Pin.Executable);
        var toolchain = await Toolchain.ProvisionAsync(TestEngine.Pin, CpuKernel.Native, TestEngine.Options("container"));

        Assert.StartsWith($"Blender {TestEngine.Pin.Version}", version.Stdout, StringComparison.Ordinal);
        Assert.Equal(Digest.Of(executable), toolchain.ExecutableDigest);
        Assert.Equal("image " + TestEngine.Pin.Image, toolchain.Place);
        Assert.Equal(["viewer", "passes", "exr"], toolchain.Probe["captures"]!.Values<string>());
    }

    [Fact]
    public async Task A_killed_host_leaves_no_container_and_a_Worker_has_neither_network_nor_rights()
    {
        TestMachine.NeedsBlender();
        await TestEngine.NeededAsync();
        using var place = new Workplace(Misbehaving);

        // Else the containers of the probe may be taken for the Workers'.
        await Toolchain.ProvisionAsync(TestEngine.Pin, CpuKernel.Native, TestEngine.Options("container"));
        using var host = Start(place, Of(place, "hang", "hang too"));
        await WaitForAsync(() => TestEngine.Containers().Count == 2);
        var container = JArray.Parse(TestEngine.Docker("inspect", TestEngine.Containers()[0]).Said)[0]!;
        var (settings, run) = (container["HostConfig"]!, (string)container["Config"]!["Labels"]!["rayshard.run"]!);

        // Before, a Worker would end by itself when its socket closes.
        await WaitForAsync(() => Directory.GetFiles(run, "hanging", SearchOption.AllDirectories).Length == 2);
        host.Kill();
        await host.WaitForExitAsync();
        await WaitForAsync(() => TestEngine.Containers().Count == 0);

        await TestMachine.NoOrphansAsync();
        Assert.Equal("none", (string?)settings["NetworkMode"]);
        Assert.True((bool)settings["ReadonlyRootfs"]!);
        Assert.Equal(["ALL"], settings["CapDrop"]!.Values<string>());
        Assert.False((bool)settings["Privileged"]!);
    }

    [Fact]
    public async Task A_Worker_in_a_container_that_eats_the_memory_is_killed_and_the_other_frames_are_stored()
    {
        TestMachine.NeedsBlender();
        await TestEngine.NeededAsync();
        using var place = new Workplace(Misbehaving);
        var request = place.Request(place.Resolve(Of(place, "well", "eat", "fine")));

        var summary = (await TestEngine.Kit.RenderAsync(request with { WorkerMemoryBytes = 640L << 20 }, null, default, default)).Single();

        Assert.Equal((2, 1), (summary.Progress.Rendered, summary.Progress.Failed));
        var tries = JObject.Parse(File.ReadLines(Path.Combine(summary.RunFolder!, "quarantine.jsonl")).Single())["tries"]!;
        Assert.All(tries, attempt => Assert.Equal("OutOfMemory", (string?)attempt["kind"]));
        Assert.Empty(TestEngine.Containers());
        await TestMachine.NoOrphansAsync();
    }

    [Fact]
    public async Task What_a_dead_run_left_in_the_engine_is_removed_by_the_next_and_what_a_live_one_has_is_not()
    {
        await TestEngine.NeededAsync();
        using var live = RunningFolder();
        TestEngine.Docker("create", "--name", "rayshard-test-dead", "--label", "rayshard.run=/dev/shm/rayshard-gone", "--entrypoint", "/usr/bin/blender", TestEngine.Pin.Image);
        TestEngine.Docker("create", "--name", "rayshard-test-live", "--label", $"rayshard.run={Path.GetDirectoryName(live.Name)}", "--entrypoint", "/usr/bin/blender", TestEngine.Pin.Image);
        try
        {
            await Toolchain.ProvisionAsync(TestEngine.Pin, CpuKernel.Native, TestEngine.Options("container"));

            Assert.Equal(["rayshard-test-live"], TestEngine.Containers());
        }
        finally
        {
            TestEngine.Docker("rm", "--force", "rayshard-test-live", "rayshard-test-dead");
            Directory.Delete(Path.GetDirectoryName(live.Name)!, recursive: true);
        }
    }

    [Theory]
    [InlineData("sha256:", "has no image 'sha256:0000")]
    [InlineData("example.org/blender@sha256:", "pull example.org/blender@sha256:0000")]
    [InlineData("rayshard-tagged@sha256:", "'rayshard-tagged' is another one here, sha256:")]
    public async Task Another_digest_than_the_pinned_one_is_refused_before_anything_renders(string image, string reason)
    {
        await TestEngine.NeededAsync();
        TestEngine.Docker("tag", TestEngine.Pin.Image, "rayshard-tagged");

        await RefusedAsync(TestEngine.Pin with { Image = image + new string('0', 64) }, reason);
    }

    [Fact]
    public async Task An_executable_that_the_image_lacks_is_refused()
    {
        await TestEngine.NeededAsync();

        await RefusedAsync(TestEngine.Pin with { Executable = "/opt/blender" }, "executable: there is no '/opt/blender' in image");
        Assert.Empty(TestEngine.Containers());
    }

    [Theory]
    [InlineData("", "neither is installed: type sudo apt-get install -y docker.io")]
    [InlineData("echo 'Cannot connect to the Docker daemon' >&2; exit 1", "docker says 'Cannot connect to the Docker daemon': start it")]
    [InlineData("echo 'permission denied' >&2; exit 1", "sudo usermod -aG docker")]
    public async Task An_engine_that_is_missing_silent_or_forbidden_is_one_line_with_the_way_out(string docker, string reason)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/Xvfb") || Environment.GetEnvironmentVariable("CI") is "true" or "1", "this machine has no Xvfb: run ./build.sh --target=Provision first");
        using var place = new Workplace();
        if (docker.Length > 0)
        {
            var program = Path.Combine(place.Folder, "docker");
            await File.WriteAllTextAsync(program, "#!/bin/sh\n" + docker + "\n");
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        var before = Environment.GetEnvironmentVariable("PATH");
        Environment.SetEnvironmentVariable("PATH", place.Folder);
        try
        {
            await RefusedAsync(TestEngine.Pin, reason);
        }
        finally
        {
            Environment.SetEnvironmentVariable("PATH", before);
        }
    }

    private static async Task RefusedAsync(ToolchainPin pin, string reason)
    {
        var refused = await Assert.ThrowsAsync<RayshardException>(() => Toolchain.ProvisionAsync(pin, CpuKernel.Native, TestEngine.Options("container")));

        Assert.Equal(ExitCode.MachineLacks, refused.ExitCode);
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }

    private static Experiment Of(Workplace place, params string[] behaviours) =>
        place.Experiment() with { Parameters = [new("behaviour") { List = [.. behaviours.Select(b => (Value)b)] }] };

    // A run's folder as a live host holds it: private, with an open lock.
    private static FileStream RunningFolder() =>
        new(Path.Combine(Directory.CreateTempSubdirectory("rayshard-").FullName, "lock"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);

    private static Process Start(Workplace place, Experiment experiment)
    {
        var file = Path.Combine(place.Folder, "experiment.json");
        File.WriteAllBytes(file, ExperimentFile.Write(ExperimentResolver.Resolve(experiment)));
        return Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "RenderHost"),
            [file, place.SceneFolder, place.Store, place.Runs, TestMachine.BlenderFolder, TestMachine.StateFolder, "2", "container"]))!;
    }

    private static async Task WaitForAsync(Func<bool> holds)
    {
        for (var waited = 0; !holds(); waited += 100)
        {
            Assert.True(waited < 60_000, "it did not happen within a minute");
            await Task.Delay(100);
        }
    }
}
