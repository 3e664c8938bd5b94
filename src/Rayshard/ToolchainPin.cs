using Newtonsoft.Json;

namespace Rayshard;

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
