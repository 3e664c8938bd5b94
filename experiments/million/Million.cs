namespace Rayshard.Experiments;

/// <summary>A million frames of a cube that turns: as small as frames come, so that what surrounds the renderer shows. 19 GB; ask for it by name.</summary>
public sealed class Million : IExperiment
{
    /// <inheritdoc/>
    public Experiment Define() => new()
    {
        Name = "million",
        Description = "A million small frames of a cube that turns, tilts and is lit by another light each time.",
        About = new() { License = "CC0-1.0", Authors = [new("The Rayshard contributors")], Published = "2026-11-25" },
        Toolchain = "debian-12",
        Scene = new() { File = "scene.py" },
        Parameters =
        [
            new("tilt") { Path = """objects["Cube"].rotation_euler[0]""", Unit = "rad", Linear = new(0, Math.PI, 100) { OpenEnd = true } },
            new("energy") { Path = """lights["Key"].energy""", Unit = "W", Linear = new(100, 1000, 10) },
            new("turn") { Path = """objects["Cube"].rotation_euler[2]""", Unit = "rad", Linear = new(0, 2 * Math.PI, 1000) { OpenEnd = true } },
        ],
        Render = new() { Width = 32, Height = 32, Samples = 1 },
        Passes = [new("combined")],
        Capture = Capture.Passes,
        CpuKernel = CpuKernel.Avx2,
    };
}
