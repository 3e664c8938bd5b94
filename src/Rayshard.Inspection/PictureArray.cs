namespace Rayshard.Inspection;

/// <summary>A picture, or one pass of a picture with several, as an array.</summary>
/// <param name="Npy">The array: height x width (x channels), top row first.</param>
/// <param name="Declared">The number format that the picture declares; absent: the array's own.</param>
/// <param name="Pass">Layer and pass, as in <c>ViewLayer.Depth</c>; absent where the picture is one.</param>
/// <param name="Channels">Labels of the channels; absent: R, G, B, A, or their numbers.</param>
public sealed record PictureArray(string Npy, string? Declared = null, string? Pass = null, IReadOnlyList<string>? Channels = null)
{
    private const string Combined = "combined";

    /// <summary>Whether it shows the scene as light.</summary>
    internal bool IsCombined => Pass is null || Is(Combined);

    /// <summary>Unit of the pass, as far as its name tells: by that name Blender, or the kit's own exports, save the pass.</summary>
    internal string? Unit => Pass is null ? null : BlenderFacts.Passes.Values.FirstOrDefault(known => Is(known.Id) || known.Blender.Any(name => Is(name.Name)))?.Unit;

    private bool Is(string name) => name.Equals(Pass![(Pass!.LastIndexOf('.') + 1)..], StringComparison.OrdinalIgnoreCase);
}
