using System.Diagnostics;
using System.Runtime.InteropServices;
using Newtonsoft.Json.Linq;

namespace Rayshard.Blender.Tests;

/// <summary>The real Blender, where the pinned one is installed; elsewhere skipped, loudly.</summary>
public sealed class RealBlenderTests : IDisposable
{
    private static readonly ToolchainPin s_pin = BlenderFacts.Toolchains["debian-12"];
    private const string Scene = """
        import bpy

        def build():
            scene = bpy.context.scene
            mesh = bpy.data.meshes.new("Floor")
            mesh.from_pydata([(-2, -2, 0), (2, -2, 0), (2, 2, 0), (-2, 2, 0)], [], [(0, 1, 2, 3)])
            for data, location in ((mesh, (0, 0, 0)), (bpy.data.lights.new("Key", "POINT"), (1, -1, 3)), (bpy.data.cameras.new("Camera"), (0, 0, 6))):
                thing = bpy.data.objects.new(data.name, data)
                thing.location = location
                scene.collection.objects.link(thing)
            scene.camera = bpy.data.objects["Camera"]
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("real-").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public async Task Provisioning_probes_every_capture_once_and_trusts_the_result_until_something_changes()
    {
        var options = Options();
        var first = await ProvisionAsync(CpuKernel.Avx2, options);
        var second = await ProvisionAsync(CpuKernel.Avx2, options);
        var file = Assert.Single(Directory.GetFiles(options.StateFolder, "*.json"));
        var kept = JObject.Parse(await File.ReadAllTextAsync(file));

        Assert.True(first.WasProbed);
        Assert.False(second.WasProbed);
        Assert.Equal(["viewer", "passes", "exr"], kept["captures"]!.Select(c => (string)c!));
        Assert.Equal(s_pin.Version, (string)kept["worker"]!["blender"]!["version"]!);

        kept["conditions"]!["scripts_sha256"] = "another";
        await File.WriteAllTextAsync(file, kept.ToString());
        Assert.True((await ProvisionAsync(CpuKernel.Avx2, options)).WasProbed);
    }

    [Fact]
    public async Task A_toolchain_that_is_here_is_known_before_it_is_probed()
    {
        var options = Options();
        var before = (await Toolchain.KnownAsync(options, default)).Single(known => known.Pin.Id == s_pin.Id);
        await ProvisionAsync(CpuKernel.Avx2, options);
        var after = (await Toolchain.KnownAsync(options, default)).Single(known => known.Pin.Id == s_pin.Id);

        Assert.Empty(before.Probes);
        Assert.Contains("apt", before.Unprobed);
        Assert.Contains("apt", after.Present);
        Assert.DoesNotContain("apt", after.Unprobed);
        Assert.DoesNotContain("debian", after.Present);
    }

    [Fact]
    public async Task A_poisoned_home_and_environment_change_no_bit()
    {
        var clean = await RenderAsync(CpuKernel.Avx2, 2);
        var home = Directory.CreateDirectory(Path.Combine(_folder, "home")).FullName;
        var scripts = Directory.CreateDirectory(Path.Combine(home, ".config/blender/3.4/scripts/startup")).FullName;
        File.WriteAllText(Path.Combine(scripts, "poison.py"), $"open({new JValue(Path.Combine(_folder, "canary"))!.ToString(Newtonsoft.Json.Formatting.None)}, 'w')\n");
        File.WriteAllText(Path.Combine(home, "numpy.py"), "raise SystemExit('poison')\n");
        var poison = new Dictionary<string, string> { ["HOME"] = home, ["XDG_CONFIG_HOME"] = Path.Combine(home, ".config"), ["BLENDER_USER_SCRIPTS"] = Path.Combine(home, ".config/blender/3.4/scripts"), ["PYTHONPATH"] = home, ["CYCLES_CPU_NO_AVX2"] = "1", ["OCIO"] = "/dev/null" };
        var before = poison.Keys.ToDictionary(name => name, Environment.GetEnvironmentVariable);
        try
        {
            foreach (var (name, value) in poison)
            {
                Environment.SetEnvironmentVariable(name, value);
            }

            Assert.Equal(clean, await RenderAsync(CpuKernel.Avx2, 2));
            Assert.False(File.Exists(Path.Combine(_folder, "canary")));
        }
        finally
        {
            foreach (var (name, value) in before)
            {
                Environment.SetEnvironmentVariable(name, value);
            }
        }
    }

    [Fact]
    public async Task A_killed_Blender_costs_a_try_and_a_killed_Xvfb_none_and_neither_a_bit()
    {
        var clean = await RenderAsync(CpuKernel.Avx2, 1);

        Assert.Equal(clean, await RenderAsync(CpuKernel.Avx2, 1, given => Kill(given, 2, "blender"), triesLost: 1));

        // Once the scene is open the worker needs its display no more.
        Assert.Equal(clean, await RenderAsync(CpuKernel.Avx2, 1, given => Kill(given, 3, "Xvfb"), triesLost: 0));
        Assert.Empty(OwnProcesses());
    }

    // By the working folder, which is in this test's own: never a process of anybody else.
    private IEnumerable<Process> OwnProcesses() => Process.GetProcesses().Where(process =>
        new FileInfo($"/proc/{process.Id}/cwd").LinkTarget?.StartsWith(_folder, StringComparison.Ordinal) == true);

    private void Kill(int given, int when, string who)
    {
        if (given == when)
        {
            Assert.Single(OwnProcesses(), process => process.ProcessName == who).Kill();
        }
    }

    private async Task<List<Digest>> RenderAsync(CpuKernel kernel, int workers, Action<int>? given = null, int triesLost = 0)
    {
        var toolchain = await ProvisionAsync(kernel, Options());
        var scene = Directory.CreateDirectory(Path.Combine(_folder, "scene")).FullName;
        File.WriteAllText(Path.Combine(scene, "scene.py"), Scene);
        var experiment = new Experiment
        {
            Name = "probe",
            Toolchain = s_pin.Id,
            CpuKernel = kernel,
            Scene = new() { File = "scene.py", Files = new Dictionary<string, string> { ["scene.py"] = Digest.OfFile(Path.Combine(scene, "scene.py")).ToString() } },
            Parameters = [new("energy") { Path = "lights[\"Key\"].energy", Linear = new(10, 200, 60) }],
            Render = new() { Width = 32, Height = 16, Samples = 4 },
            Passes = [new("combined") { Name = "combined" }],
        };
        var plan = new FramePlan(experiment);
        var digests = new List<Digest>();
        await using var pool = WorkerPool.Open(toolchain, experiment, scene, new() { LogFolder = Path.Combine(_folder, "logs"), Workers = workers, ScratchFolder = _folder });
        await foreach (var outcome in pool.RenderAsync(Enumerable.Range(0, (int)plan.Count).Select(i => plan.At(i))))
        {
            digests.Add(Digest.Of(MemoryMarshal.AsBytes(Assert.IsType<RenderedFrame>(outcome).Passes[0].Pixels)));
            outcome.Dispose();
            given?.Invoke(digests.Count);
        }

        Assert.Equal(triesLost, pool.FailedTries);
        Assert.Equal(plan.Count, digests.Distinct().Count());
        return digests;
    }

    // No install from a test: what is not there is not tested.
    private static async Task<Toolchain> ProvisionAsync(CpuKernel kernel, ToolchainOptions options)
    {
        try
        {
            return await Toolchain.ProvisionAsync(s_pin, kernel, options with { MayInstall = false });
        }
        catch (RayshardException e) when (e.ExitCode == ExitCode.MachineLacks)
        {
            Assert.Skip(e.Message);
            throw;
        }
    }

    private ToolchainOptions Options()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "blender", "toolchains.json")))
        {
            root = Path.GetDirectoryName(root) ?? throw new InvalidOperationException("no blender/toolchains.json above the tests");
        }

        return new() { BlenderFolder = Path.Combine(root, "blender"), StateFolder = Path.Combine(_folder, "state") };
    }
}
