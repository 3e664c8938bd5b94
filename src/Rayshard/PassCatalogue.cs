using System.Reflection;
using Newtonsoft.Json;
using Newtonsoft.Json.Serialization;

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

    /// <summary>First Blender that has it, <c>X.Y</c>.</summary>
    public string? Since { get; init; }

    /// <summary>First Blender that no longer has it, <c>X.Y</c>.</summary>
    public string? Until { get; init; }

    /// <summary>Whether a Blender of this version has the pass.</summary>
    public bool IsIn(Version blender) =>
        (Since is null || blender >= Version.Parse(Since)) && (Until is null || blender < Version.Parse(Until));
}

/// <summary>A toolchain's pin, from <c>blender/toolchains.json</c>: which Blender, exactly.</summary>
public sealed record ToolchainPin
{
    /// <summary>Id that experiments name.</summary>
    [JsonRequired]
    public string Id { get; init; } = "";

    /// <summary>Blender's version, <c>X.Y.Z</c>.</summary>
    [JsonRequired]
    public string Version { get; init; } = "";

    /// <summary>Where it comes from: <c>apt</c>, the distribution's package installed on this machine.</summary>
    [JsonRequired]
    public string Provider { get; init; } = "";

    /// <summary>Name of the package.</summary>
    [JsonRequired]
    public string Package { get; init; } = "";

    /// <summary>Exact version of the package.</summary>
    [JsonRequired]
    public string PackageVersion { get; init; } = "";

    /// <summary>The release that carries it, for people: <c>Debian 12 (bookworm)</c>.</summary>
    [JsonRequired]
    public string Release { get; init; } = "";

    /// <summary>Whether this build has OpenImageDenoise.</summary>
    [JsonRequired]
    public bool HasDenoiser { get; init; }
}

/// <summary>What the repository's <c>blender/</c> folder states, compiled in: passes and toolchains.</summary>
public static class PassCatalogue
{
    private static readonly Lazy<IReadOnlyDictionary<string, Pass>> s_passes =
        new(() => Read<PassFile>("passes.json", MissingMemberHandling.Ignore).Passes.ToDictionary(pass => pass.Id));

    private static readonly Lazy<IReadOnlyDictionary<string, ToolchainPin>> s_toolchains =
        new(() => Read<ToolchainFile>("toolchains.json", MissingMemberHandling.Error).Toolchains.ToDictionary(pin => pin.Id));

    /// <summary>Every pass, by id.</summary>
    public static IReadOnlyDictionary<string, Pass> Passes => s_passes.Value;

    /// <summary>Every pinned toolchain, by id.</summary>
    public static IReadOnlyDictionary<string, ToolchainPin> Toolchains => s_toolchains.Value;

    internal static Stream? Resource(string name) => Assembly.GetExecutingAssembly().GetManifestResourceStream(name);

    private static T Read<T>(string name, MissingMemberHandling unknown)
    {
        using var reader = new JsonTextReader(new StreamReader(Resource(name)!));
        var serializer = new JsonSerializer
        {
            MissingMemberHandling = unknown,
            ContractResolver = new DefaultContractResolver { NamingStrategy = new SnakeCaseNamingStrategy() },
        };
        return serializer.Deserialize<T>(reader)!;
    }

    private sealed record PassFile(IReadOnlyList<Pass> Passes);

    private sealed record ToolchainFile(IReadOnlyList<ToolchainPin> Toolchains);
}
