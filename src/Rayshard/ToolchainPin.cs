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

    /// <summary>
    /// Where it comes from: <c>apt</c>, the distribution's package installed on this machine; <c>archive</c>, a tar as blender.org gives them;
    /// <c>path</c>, an executable that is there; <c>debian</c>, a folder made of a release's packages; <c>container</c>, an image. A pin with
    /// a lock can be had by <c>debian</c> too, and one with an image by <c>container</c>, whatever stands here: the build is the same, and so
    /// are the frames' keys. <see cref="PinFields"/> says which needs what.
    /// </summary>
    [JsonRequired]
    public string Provider { get; init; } = "";

    /// <summary>Of <c>apt</c>: name of the package.</summary>
    public string Package { get; init; } = "";

    /// <summary>Of <c>apt</c>: exact version of the package.</summary>
    public string PackageVersion { get; init; } = "";

    /// <summary>Of <c>archive</c> and <c>path</c>: SHA-256 of the archive, or of the executable.</summary>
    public string Sha256 { get; init; } = "";

    /// <summary>Of <c>debian</c>: the lock, below <c>blender/</c>, or a full path: every package by SHA-256.</summary>
    public string Lock { get; init; } = "";

    /// <summary>Where to get it, tried in order: of <c>archive</c> https addresses and paths of local files; of <c>debian</c> mirrors.</summary>
    public IReadOnlyList<string> Urls { get; init; } = [];

    /// <summary>Of <c>container</c>: the image by its digest, <c>NAME@sha256:HEX</c> or <c>sha256:HEX</c>, a local image's id.</summary>
    public string Image { get; init; } = "";

    /// <summary>Of <c>path</c> and <c>container</c>: absolute path of Blender's executable, here or in the image.</summary>
    public string Executable { get; init; } = "";

    /// <summary>What tells this build from every other: the package's version, the SHA-256, or the image's digest.</summary>
    [JsonIgnore]
    public string Build => PackageVersion.Length > 0 ? PackageVersion : Sha256.Length > 0 ? Sha256 : Image[(Image.IndexOf('@', StringComparison.Ordinal) + 1)..];

    /// <summary>The release that carries it, for people: <c>Debian 12 (bookworm)</c>.</summary>
    public string Release { get; init; } = "";

    /// <summary>Whether that release moves on and its mirrors soon lose what the lock names, so that only who has it already can make it again.</summary>
    public bool IsMoving { get; init; }

    /// <summary>Whether this build has OpenImageDenoise.</summary>
    [JsonRequired]
    public bool HasDenoiser { get; init; }
}
