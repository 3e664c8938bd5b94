namespace Rayshard.Experiments;

/// <summary>256 frames of a glossy thing and a lamp brighter than 1, taken from the Viewer node: four lights, sixteen turns, four colours.</summary>
public sealed class FirstLight : IExperiment
{
    /// <inheritdoc/>
    public Experiment Define() => new()
    {
        Name = "first-light",
        Description = "A glossy subject and an emissive ring, by the Viewer node.",
        About = new() { License = "CC0-1.0", Authors = [new("The Rayshard contributors")], Published = "2026-11-25" },
        Toolchain = "debian-12",
        Scene = new() { File = "scene.py" },
        Seed = 102746,
        Parameters =
        [
            new("light_energy") { Path = """lights["Key"].energy""", Unit = "W", List = [60.0, 120.0, 240.0, 480.0] },
            new("turn") { Path = """objects["Subject"].rotation_euler[2]""", Unit = "rad", Linear = new(0, 2 * Math.PI, 16) { OpenEnd = true } },
            new("ring_color")
            {
                List = [Value.Vector(1, 0.35, 0.1), Value.Vector(0.2, 1, 0.3), Value.Vector(0.15, 0.4, 1), Value.Vector(1, 1, 1)],
            },
        ],
        Render = new() { Width = 128, Height = 128, Samples = 8 },
        Passes = [new("combined")],
        Capture = Capture.Viewer,
        CpuKernel = CpuKernel.Avx2,
    };
}
