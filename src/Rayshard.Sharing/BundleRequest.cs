namespace Rayshard.Sharing;

/// <summary>What to bundle.</summary>
public sealed record BundleRequest
{
    /// <summary>The resolved experiment.</summary>
    public required Experiment Experiment { get; init; }

    /// <summary>Folder of its scene's files.</summary>
    public required string SceneFolder { get; init; }

    /// <summary>Folder of the store that holds its shards.</summary>
    public required string StoreFolder { get; init; }

    /// <summary>The repository's <c>blender/</c> folder, for the lock of the toolchain.</summary>
    public required string BlenderFolder { get; init; }

    /// <summary>A PNG contact sheet of it; absent: the bundle has none. It travels with the evidence: another version of what draws it gives other bytes.</summary>
    public string? PreviewFile { get; init; }

    /// <summary>What to take of it.</summary>
    public FrameSelection Selection { get; init; } = new();
}
