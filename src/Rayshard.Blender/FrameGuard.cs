using System.Numerics;
using System.Runtime.InteropServices;

namespace Rayshard.Blender;

/// <summary>Refuses pixels that would poison a data set; checked here, so that it holds whatever the Worker does.</summary>
internal static class FrameGuard
{
    private const uint Exponent = 0x7f800000;

    /// <summary>What is wrong with a pass, or <c>null</c>.</summary>
    /// <param name="request">The pass as the experiment asks for it.</param>
    /// <param name="pass">The pass as Blender gave it.</param>
    /// <param name="pixels">Its floats.</param>
    /// <param name="experiment">What the experiment allows.</param>
    public static string? Check(PassRequest request, FramePass pass, ReadOnlySpan<float> pixels, Experiment experiment)
    {
        if (!experiment.AllowNonFinite && HasNonFinite(pixels))
        {
            return $"pass '{pass.Name}' has a pixel that is NaN or infinite: mend the scene, or set allowNonFinite";
        }

        return !experiment.AllowEmpty && pass.Channels == 4 && BlenderFacts.Passes[request.Pass].Channels is [.., "A"] && IsEmpty(pixels)
            ? $"the alpha of pass '{pass.Name}' is zero everywhere: nothing was rendered; mend the scene, or set allowEmpty"
            : null;
    }

    private static bool HasNonFinite(ReadOnlySpan<float> pixels)
    {
        var bits = MemoryMarshal.Cast<float, uint>(pixels);
        var vectors = MemoryMarshal.Cast<uint, Vector<uint>>(bits);
        var exponent = new Vector<uint>(Exponent);
        foreach (var vector in vectors)
        {
            if (Vector.EqualsAny(vector & exponent, exponent))
            {
                return true;
            }
        }

        foreach (var one in bits[(vectors.Length * Vector<uint>.Count)..])
        {
            if ((one & Exponent) == Exponent)
            {
                return true;
            }
        }

        return false;
    }

    // Ends at the first pixel that is there: almost always the first.
    private static bool IsEmpty(ReadOnlySpan<float> pixels)
    {
        for (var i = 3; i < pixels.Length; i += 4)
        {
            if (pixels[i] != 0)
            {
                return false;
            }
        }

        return true;
    }
}
