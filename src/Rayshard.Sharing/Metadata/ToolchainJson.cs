using Newtonsoft.Json.Linq;

namespace Rayshard.Sharing.Metadata;

/// <summary><c>experiment/toolchain.json</c>: the pin of the Blender that rendered it, as <c>blender/toolchains.json</c> has it.</summary>
internal static class ToolchainJson
{
    public static JObject Of(ToolchainPin pin) => new()
    {
        ["id"] = pin.Id,
        ["version"] = pin.Version,
        ["release"] = pin.Release,
        ["provider"] = pin.Provider,
        ["package"] = pin.Package,
        ["package_version"] = pin.PackageVersion,
        ["sha256"] = pin.Sha256,
        ["lock"] = Path.GetFileName(pin.Lock),
        ["urls"] = new JArray(pin.Urls.Where(url => url.StartsWith("https:", StringComparison.Ordinal) || url.StartsWith("http:", StringComparison.Ordinal))),
    };
}
