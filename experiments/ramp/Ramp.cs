namespace Rayshard.Experiments;

/// <summary>
/// Pixels that are known in advance: each shows one face that emits a known float32. Steps far finer than 1/255, values above 1,
/// and tiny ones; whoever stores 8-bit values in disguise can't pass it.
/// </summary>
public sealed class Ramp : IExperiment
{
    /// <summary>Width and height in pixels, and so the number of faces each way.</summary>
    public const int Size = 64;

    /// <inheritdoc/>
    public Experiment Define() => new()
    {
        Name = "ramp",
        Description = "Emission whose stored pixel values are known in advance.",
        About = new() { License = "CC0-1.0", Authors = [new("The Rayshard contributors")], Published = "2026-11-25" },
        Toolchain = "debian-12",
        Scene = new() { File = "scene.py" },
        Parameters = [new("gain") { List = [0.5, 1.0, 3.0, 1000.0] }],
        Render = new() { Width = Size, Height = Size, Samples = 1 },
        Passes = [new("combined")],
        Capture = Capture.Viewer,
        CpuKernel = CpuKernel.Avx2,
    };

    /// <summary>The color that face (row from the top, column) emits, before the gain: what <c>scene.py</c> computes, in the same arithmetic.</summary>
    public static (float R, float G, float B) Color(int row, int column)
    {
        var i = (row * Size) + column;
        return (0.25f + (i * MathF.Pow(2, -22)), 1 + (i / 16f), MathF.Pow(2, -(i % 96)));
    }
}
