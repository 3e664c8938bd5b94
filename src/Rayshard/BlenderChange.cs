using Newtonsoft.Json;

namespace Rayshard;

/// <summary>Something in a release of Blender that moves pixels, from <c>blender/changes.json</c>.</summary>
public sealed record BlenderChange
{
    /// <summary>First version that has it, <c>X.Y</c>.</summary>
    [JsonRequired]
    public string Version { get; init; } = "";

    /// <summary>Ids of the passes that it moves; empty: every pass that has noise.</summary>
    [JsonRequired]
    public IReadOnlyList<string> Passes { get; init; } = [];

    /// <summary>What it is, a clause.</summary>
    [JsonRequired]
    public string What { get; init; } = "";

    /// <summary>Where Blender says so; absent: it was measured.</summary>
    public string? Source { get; init; }

    /// <summary>Whether it can have moved a pass.</summary>
    /// <param name="pass">Id of the pass.</param>
    /// <param name="hasNoise">Whether another noise seed moves it.</param>
    public bool Explains(string pass, bool hasNoise) => Passes.Count == 0 ? hasNoise : Passes.Contains(pass);

    /// <summary>Whether it lies between two versions: after the first, up to and with the second.</summary>
    public bool IsBetween(Version first, Version second) => System.Version.Parse(Version) is var at && at > first && at <= second;
}
