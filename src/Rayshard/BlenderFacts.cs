using System.Reflection;
using Newtonsoft.Json;
using Newtonsoft.Json.Serialization;

namespace Rayshard;

/// <summary>What the repository's <c>blender/</c> folder states, compiled in: passes and toolchains.</summary>
public static class BlenderFacts
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
