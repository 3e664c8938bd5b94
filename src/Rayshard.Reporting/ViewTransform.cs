namespace Rayshard.Reporting;

/// <summary>From scene-linear light to what a screen shows. For looking only.</summary>
public enum ViewTransform
{
    /// <summary>Blender's "Standard": sRGB's curve, and what lies above 1 is cut off.</summary>
    Standard,

    /// <summary>No curve: the number itself, cut off at 0 and 1.</summary>
    Raw,
}

/// <summary>Numbers to bytes of a picture.</summary>
internal static class Shown
{
    // Viridis at 0, 1/8, ... 1, by Smith and van der Walt (public domain); straight lines between.
    private static readonly byte[][] s_viridis =
        [[68, 1, 84], [71, 45, 123], [59, 82, 139], [44, 114, 142], [33, 145, 140], [40, 174, 128], [94, 201, 98], [173, 220, 48], [253, 231, 37]];

    private static readonly byte[] s_nothing = [128, 128, 128];

    /// <summary>Writes the three bytes of a colour.</summary>
    public static void Colour(ReadOnlySpan<float> linear, ViewTransform view, Span<byte> rgb)
    {
        for (var i = 0; i < 3; i++)
        {
            rgb[i] = Byte(view == ViewTransform.Raw ? linear[i] : Curve(linear[i]));
        }
    }

    /// <summary>Writes the false colour of a number between two others; middle gray where it means that nothing was hit.</summary>
    public static void FalseColour(float value, float low, float high, Span<byte> rgb)
    {
        if (!float.IsFinite(value) || value >= PassKinds.Background)
        {
            s_nothing.CopyTo(rgb);
            return;
        }

        var at = high > low ? Math.Clamp((value - low) / (high - low), 0, 1) * (s_viridis.Length - 1) : 0;
        var step = Math.Min((int)at, s_viridis.Length - 2);
        for (var i = 0; i < 3; i++)
        {
            rgb[i] = (byte)Math.Round(s_viridis[step][i] + ((at - step) * (s_viridis[step + 1][i] - s_viridis[step][i])));
        }
    }

    /// <summary>Writes up to three signed components: -<paramref name="reach"/> is black, 0 middle gray.</summary>
    public static void Vector(ReadOnlySpan<float> components, float reach, Span<byte> rgb)
    {
        for (var i = 0; i < 3; i++)
        {
            rgb[i] = i < components.Length ? Byte(0.5f + (components[i] / reach / 2)) : (byte)128;
        }
    }

    private static float Curve(float linear) => linear <= 0.0031308f ? linear * 12.92f : (1.055f * MathF.Pow(linear, 1 / 2.4f)) - 0.055f;

    // NaN fails every comparison and comes out black.
    private static byte Byte(float value) => value >= 1 ? (byte)255 : value > 0 ? (byte)((value * 255) + 0.5f) : (byte)0;
}
