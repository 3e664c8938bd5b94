namespace Rayshard.Reporting;

/// <summary>What the numbers of a pass are, as far as showing them goes.</summary>
public enum PassKind
{
    /// <summary>Light or a surface's weight: shown by a view transform.</summary>
    Colour,

    /// <summary>One number a pixel, as depth, mist or an id: shown in false colour.</summary>
    Measure,

    /// <summary>Signed components, as a normal, a position or a motion: 0 is shown as middle gray.</summary>
    Vector,
}

/// <summary>Tells the kind of a pass by its channels.</summary>
internal static class PassKinds
{
    /// <summary>From here up a measure means "nothing was hit": Blender's depth has 1e10 there.</summary>
    public const float Background = 1e9f;

    /// <summary>The kind of a pass with these channels.</summary>
    public static PassKind Of(IReadOnlyList<string> channels) => channels switch
    {
        ["R", "G", "B", ..] => PassKind.Colour,
        [_] => PassKind.Measure,
        _ => PassKind.Vector,
    };

    /// <summary>How many of its channels a picture shows.</summary>
    public static int Shown(PassKind kind, int channels) => kind == PassKind.Measure ? 1 : Math.Min(channels, 3);
}
