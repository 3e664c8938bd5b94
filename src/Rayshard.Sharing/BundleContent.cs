using Rayshard.Storage;

namespace Rayshard.Sharing;

/// <summary>The one model of a bundle's content, from which all its metadata is generated.</summary>
internal sealed record BundleContent
{
    public required Experiment Experiment { get; init; }

    public required FramePlan Plan { get; init; }

    public required About About { get; init; }

    public required ToolchainPin Toolchain { get; init; }

    /// <summary>The passes, by name.</summary>
    public required IReadOnlyList<BundlePass> Passes { get; init; }

    /// <summary>The shards, in order.</summary>
    public required IReadOnlyList<BundleShard> Shards { get; init; }

    /// <summary>SHA-256 over the record addresses of all frames, <see cref="BundleManifest.Records"/>.</summary>
    public required Digest Records { get; init; }

    /// <summary>Name and type of each column of <c>frames.parquet</c>.</summary>
    public required IReadOnlyList<(string Name, Type Type)> FrameColumns { get; init; }

    public required IReadOnlyDictionary<string, string>? Selection { get; init; }

    public string Name => Experiment.Name;

    public long Frames => Shards.Sum(shard => (long)shard.Frames);

    /// <summary>The experiment's sentence, or one made of its name.</summary>
    public string Description => Experiment.Description.Length > 0 ? Experiment.Description : $"Frames of the experiment {Name}.";

    /// <summary>Where the data set lives; where nobody said, an address that names it without promising anything.</summary>
    public string Url => About.Url ?? $"urn:sha256:{Records}";
}

/// <summary>A pass as every frame of the bundle has it.</summary>
/// <param name="Shape">Name, channels and size.</param>
/// <param name="Pass">What the kit knows of it.</param>
internal sealed record BundlePass(ShardPass Shape, Pass Pass)
{
    public static IReadOnlyList<BundlePass> Of(Experiment experiment, IReadOnlyList<ShardPass> shapes) =>
        [.. shapes.Select(shape => new BundlePass(shape, BlenderFacts.Passes[experiment.Passes.First(pass => pass.Name == shape.Name).Pass]))];
}

/// <summary>A shard of the bundle.</summary>
/// <param name="File">The file.</param>
/// <param name="Number">Its number in the experiment.</param>
/// <param name="Frames">Frames that it holds.</param>
internal sealed record BundleShard(BundleFile File, int Number, int Frames);
