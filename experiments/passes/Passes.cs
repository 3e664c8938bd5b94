namespace Rayshard.Experiments;

/// <summary>Every pass at once from the render result: one view layer at full samples, one at a single sample for labels without anti-aliasing.</summary>
public sealed class Passes : IExperiment
{
    /// <inheritdoc/>
    public Experiment Define() => new()
    {
        Name = "passes",
        Description = "Every pass of two view layers, headless.",
        About = new() { License = "CC0-1.0", Authors = [new("The Rayshard contributors")], Published = "2026-11-25" },
        Toolchain = "debian-12",
        Scene = new() { File = "scene.py" },
        Seed = 7,
        Parameters =
        [
            new("spin") { Path = """objects["Crate"].rotation_euler[2]""", Unit = "rad", Linear = new(0, Math.PI / 2, 8) { OpenEnd = true } },
            new("lens") { Path = """cameras["Camera"].lens""", Unit = "mm", Linear = new(30, 60, 4) },
            new("sun") { Path = """lights["Sun"].energy""", Unit = "W/m2", List = [1.0, 4.0] },
        ],
        Render = new() { Width = 96, Height = 72, Samples = 16 },
        Layers = [new("beauty"), new("labels") { Samples = 1 }],
        Passes =
        [
            new("combined") { Layer = "beauty", Channels = "RGB" },
            new("diffuse_color") { Layer = "beauty" },
            new("emission") { Layer = "beauty" },
            new("environment") { Layer = "beauty" },
            new("ambient_occlusion") { Layer = "beauty" },
            new("shadow") { Layer = "beauty" },
            new("depth") { Layer = "labels" },
            new("normal") { Layer = "labels" },
            new("position") { Layer = "labels" },
            new("vector") { Layer = "labels" },
            new("uv") { Layer = "labels" },
            new("object_index") { Layer = "labels" },
            new("material_index") { Layer = "labels" },
        ],
        Capture = Capture.Passes,
        CpuKernel = CpuKernel.Avx2,
    };
}
