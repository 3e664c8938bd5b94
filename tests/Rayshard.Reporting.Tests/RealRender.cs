using Rayshard.Execution;
using Rayshard.Storage;
using Rayshard.Tests.Storage;

namespace Rayshard.Reporting.Tests;

/// <summary>A small experiment that the real Blender renders into a store of its own.</summary>
internal sealed class RealRender : IProgress<RenderProgress>, IDisposable
{
    private const string Scene = """
        import bpy

        def build():
            scene = bpy.context.scene
            mesh = bpy.data.meshes.new("Plane")
            mesh.from_pydata([(-1, -1, 0), (1, -1, 0), (1, 1, 0.3), (-1, 1, 0)], [], [(0, 1, 2), (0, 2, 3)])
            plane = bpy.data.objects.new("Plane", mesh)
            light = bpy.data.objects.new("Key", bpy.data.lights.new("Key", "POINT"))
            light.location = (1, -1, 2)
            camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
            camera.location = (0, 0, 4)
            for thing in (plane, light, camera):
                scene.collection.objects.link(thing)
            scene.camera = camera
        """;

    private static readonly string s_root = FindRoot();

    private readonly TemporaryFolder _folder = new();
    private readonly TaskCompletionSource _reached = new();
    private long _stopAt;
    private Task _until = Task.CompletedTask;

    public RealRender(int frames)
    {
        var scene = Directory.CreateDirectory(_folder["live"]).FullName;
        File.WriteAllText(Path.Combine(scene, "scene.py"), Scene);
        Resolved = new(ExperimentResolver.Resolve(new()
        {
            Source = new(Path.Combine(scene, "Live.cs"), 1),
            Name = "live",
            Toolchain = "debian-12",
            Scene = new() { File = "scene.py" },
            Seed = 11,
            Parameters = [new("turn") { Path = """objects["Plane"].rotation_euler[2]""", Unit = "rad", Linear = new(0, 1, frames) }],
            Render = new() { Width = 32, Height = 24, Samples = 2 },
            Passes = [new("combined")],
            Capture = Capture.Passes,
        }), scene);
    }

    public ResolvedExperiment Resolved { get; }

    public string Store => _folder["store"];

    public string Runs => _folder["runs"];

    /// <summary>Skips the test where this machine has no Blender, unless it is CI, where the test then fails by itself.</summary>
    public static void NeedsBlender() => Assert.SkipUnless(
        Environment.GetEnvironmentVariable("CI") is "true" or "1" || File.Exists("/usr/bin/blender"),
        "this machine has no Blender: run ./build.sh --target=Provision first");

    /// <summary>Renders it all, and holds still at a frame until something else is done.</summary>
    public Task RunAsync(long stopAt, Task until)
    {
        (_stopAt, _until) = (stopAt, until);
        var kit = new Kit(new() { BlenderFolder = Path.Combine(s_root, "blender"), StateFolder = Path.Combine(s_root, "artifacts", "toolchains") }, TimeProvider.System);
        return Task.Run(() => kit.RenderAsync(new() { Experiments = [Resolved], StoreFolder = Store, RunsFolder = Runs, Workers = 1 }, this, default, default));
    }

    public void Report(RenderProgress value)
    {
        if (value.Rendered == _stopAt && _reached.TrySetResult())
        {
            _until.Wait();
        }
    }

    /// <summary>The bits of a stored pixel's floats.</summary>
    public IEnumerable<uint> Pixel(long index, int x, int y)
    {
        using var shelf = FrameShelf.Open(Store, Resolved.Experiment);
        using var frame = shelf.TryRead(index)!;
        var blob = new byte[frame.BlobBytes(0)];
        frame.ReadBlob(0, blob);
        return [.. Npy.Pixels(blob).Slice(((y * 32) + x) * 4, 4).ToArray().Select(BitConverter.SingleToUInt32Bits)];
    }

    public void Dispose() => _folder.Dispose();

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
