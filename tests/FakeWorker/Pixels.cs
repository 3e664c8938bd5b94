namespace FakeWorker;

/// <summary>What the fake renders: floats that depend on the frame's seed, the pass and the place, so that any mix-up shows.</summary>
public static class Pixels
{
    public static void Fill(Span<float> pixels, int seed, int pass)
    {
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = At(seed, pass, i);
        }
    }

    /// <summary>Makes them what no data set should hold.</summary>
    public static void Spoil(Span<float> pixels, string how)
    {
        for (var i = 3; i < pixels.Length && how == "transparent"; i += 4)
        {
            pixels[i] = 0;
        }

        pixels[^2] = how switch { "nan" => float.NaN, "infinite" => float.NegativeInfinity, _ => pixels[^2] };
    }

    public static float At(int seed, int pass, int i)
    {
        var hash = unchecked(((uint)seed * 2654435761u) ^ ((uint)i * 2246822519u) ^ ((uint)pass * 3266489917u));
        return hash >> 8;
    }
}
