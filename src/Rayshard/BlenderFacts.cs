using System.Reflection;
using Newtonsoft.Json;
using Newtonsoft.Json.Serialization;

namespace Rayshard;

/// <summary>What the repository's <c>blender/</c> folder states, compiled in: passes, toolchains, and what moved pixels between versions.</summary>
public static class BlenderFacts
{
    private static readonly Lazy<IReadOnlyDictionary<string, Pass>> s_passes =
        new(() => Read<PassFile>(new StreamReader(Resource("passes.json")!), MissingMemberHandling.Ignore).Passes.ToDictionary(pass => pass.Id));

    private static readonly Lazy<IReadOnlyDictionary<string, ToolchainPin>> s_toolchains =
        new(() => ReadToolchains(new StreamReader(Resource("toolchains.json")!)));

    private static readonly Lazy<IReadOnlyList<BlenderChange>> s_changes = new(() => Read<ChangeFile>(new StreamReader(Resource("changes.json")!), MissingMemberHandling.Error).Changes);

    /// <summary>Every pass, by id.</summary>
    public static IReadOnlyDictionary<string, Pass> Passes => s_passes.Value;

    /// <summary>Every pinned toolchain, by id.</summary>
    /// <exception cref="RayshardException">A pin is wrong (<see cref="ExitCode.AskedWrongly"/>): file, pin, field, reason, what to do.</exception>
    public static IReadOnlyDictionary<string, ToolchainPin> Toolchains => s_toolchains.Value;

    /// <summary>What in Blender moves pixels from one version to another, by version.</summary>
    public static IReadOnlyList<BlenderChange> Changes => s_changes.Value;

    internal static Stream? Resource(string name) => Assembly.GetExecutingAssembly().GetManifestResourceStream(name);

    internal static IReadOnlyDictionary<string, ToolchainPin> ReadToolchains(TextReader json)
    {
        var pins = new Dictionary<string, ToolchainPin>();
        try
        {
            foreach (var pin in Read<ToolchainFile>(json, MissingMemberHandling.Error).Toolchains)
            {
                PinFields.Check(pin, pin.Provider);
                if (!pins.TryAdd(pin.Id, pin))
                {
                    throw new RayshardException(ExitCode.AskedWrongly, $"blender/toolchains.json: toolchain '{pin.Id}': id: there are two of them: give one another id");
                }
            }
        }
        catch (JsonException e)
        {
            throw new RayshardException(ExitCode.AskedWrongly, $"blender/toolchains.json: {e.Message}", e);
        }

        return pins;
    }

    private static T Read<T>(TextReader json, MissingMemberHandling unknown)
    {
        using var reader = new JsonTextReader(json);
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
