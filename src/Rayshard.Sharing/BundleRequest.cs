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

    /// <summary>What to take of it.</summary>
    public FrameSelection Selection { get; init; } = new();
}
