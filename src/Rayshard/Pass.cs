using Newtonsoft.Json;

namespace Rayshard;

/// <summary>A pass as the kit knows it: what is stored and what it means. Facts about Blender beside them serve the worker.</summary>
public sealed record Pass
{
    /// <summary>Id: <c>combined</c>, <c>depth</c>.</summary>
    [JsonRequired]
    public string Id { get; init; } = "";

    /// <summary>Name for people.</summary>
    [JsonRequired]
    public string Title { get; init; } = "";

    /// <summary>Labels of the stored channels, in order.</summary>
    [JsonRequired]
    public IReadOnlyList<string> Channels { get; init; } = [];

    /// <summary>Unit of the values.</summary>
    [JsonRequired]
    public string Unit { get; init; } = "";

    /// <summary>Value where the camera's ray hit nothing.</summary>
    [JsonRequired]
    public string Background { get; init; } = "";

    /// <summary>The captures that can give it, to the bit.</summary>
    [JsonRequired]
    public IReadOnlyList<Capture> Captures { get; init; } = [];

    /// <summary>What Blender calls it, in one version and another.</summary>
    public IReadOnlyList<PassName> Blender { get; init; } = [];

    /// <summary>First Blender that has it, <c>X.Y</c>.</summary>
    public string? Since { get; init; }

    /// <summary>First Blender that no longer has it, <c>X.Y</c>.</summary>
    public string? Until { get; init; }

    /// <summary>Whether a Blender of this version has the pass.</summary>
    public bool IsIn(Version blender) =>
        (Since is null || blender >= Version.Parse(Since)) && (Until is null || blender < Version.Parse(Until));
}

/// <summary>A pass by Blender's name.</summary>
/// <param name="Name">The name in the render result, and in files: <c>IndexOB</c>.</param>
public sealed record PassName(string Name);
