namespace Rayshard.Execution.Tests;

/// <summary>A private folder with a scene, a store and what a run leaves.</summary>
internal sealed class Workplace : IDisposable
{
    /// <summary>A cube's worth of light on a turning plane: renders in milliseconds.</summary>
    public const string Scene = """
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

        def apply(parameters):
            bpy.data.lights["Key"].color = parameters.get("color", (1, 1, 1))
        """;

    public Workplace(string scene = Scene)
    {
        Folder = Directory.CreateTempSubdirectory("rayshard-").FullName;
        SceneFolder = Directory.CreateDirectory(Path.Combine(Folder, "small")).FullName;
        File.WriteAllText(Path.Combine(SceneFolder, "scene.py"), scene);
    }

    public string Folder { get; }

    public string SceneFolder { get; }

    public string Store => Path.Combine(Folder, "store");

    public string Runs => Path.Combine(Folder, "runs");

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    /// <summary>An experiment of <paramref name="frames"/> small frames in several shards.</summary>
    public Experiment Experiment(int frames = 40) => new()
    {
        Source = new(Path.Combine(SceneFolder, "Small.cs"), 1),
        Name = "small",
        Toolchain = "debian-12",
        Scene = new() { File = "scene.py" },
        Seed = 11,
        Parameters =
        [
            new("turn") { Path = """objects["Plane"].rotation_euler[2]""", Linear = new(0, 1, frames / 2) },
            new("color") { List = [Value.Vector(1, 1, 1), Value.Vector(1, 0.2, 0.1)] },
        ],
        Render = new() { Width = 32, Height = 24, Samples = 2 },
        Passes = [new("combined")],
        Capture = Capture.Passes,
        ShardBytes = 1 << 18,
    };

    public ResolvedExperiment Resolve(Experiment experiment) => new(ExperimentResolver.Resolve(experiment), SceneFolder);

    public RenderRequest Request(ResolvedExperiment resolved, int workers = 2) =>
        new() { Experiments = [resolved], StoreFolder = Store, RunsFolder = Runs, Workers = workers };

    public async Task<RenderSummary> RenderAsync(Experiment experiment, int workers = 2) =>
        (await TestMachine.Kit.RenderAsync(Request(Resolve(experiment), workers), null, default, default)).Single();

    /// <summary>Name and SHA-256 of every shard in a store.</summary>
    public static IReadOnlyList<string> Shards(string store) => [.. Directory.GetFiles(store, "*.tar", SearchOption.AllDirectories)
        .Select(file => $"{Path.GetFileName(file)} {Digest.OfFile(file)}").Order(StringComparer.Ordinal)];
}
