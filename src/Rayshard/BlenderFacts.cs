using System.Reflection;
using Newtonsoft.Json;
using Newtonsoft.Json.Serialization;

namespace Rayshard;

/// <summary>What the repository's <c>blender/</c> folder states, compiled in: passes, toolchains, and what moved pixels between versions.</summary>
public static class BlenderFacts
{
    private static readonly Lazy<IReadOnlyDictionary<string, Pass>> s_passes =
        new(() => Read<PassFile>("passes.json", MissingMemberHandling.Ignore).Passes.ToDictionary(pass => pass.Id));

    private static readonly Lazy<IReadOnlyDictionary<string, ToolchainPin>> s_toolchains =
        new(() => Read<ToolchainFile>("toolchains.json", MissingMemberHandling.Error).Toolchains.ToDictionary(pin => pin.Id));

    private static readonly Lazy<IReadOnlyList<BlenderChange>> s_changes = new(() => Read<ChangeFile>("changes.json", MissingMemberHandling.Error).Changes);

    /// <summary>Every pass, by id.</summary>
    public static IReadOnlyDictionary<string, Pass> Passes => s_passes.Value;

    /// <summary>Every pinned toolchain, by id.</summary>
    public static IReadOnlyDictionary<string, ToolchainPin> Toolchains => s_toolchains.Value;

    /// <summary>What in Blender moves pixels from one version to another, by version.</summary>
    public static IReadOnlyList<BlenderChange> Changes => s_changes.Value;

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

    private sealed record ChangeFile(IReadOnlyList<BlenderChange> Changes);

    private sealed record ToolchainFile(IReadOnlyList<ToolchainPin> Toolchains);
}
