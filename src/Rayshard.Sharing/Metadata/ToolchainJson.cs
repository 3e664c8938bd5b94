using System.Text;
using System.Text.RegularExpressions;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Rayshard.Sharing.Metadata;

/// <summary><c>experiment/toolchain.json</c>: the pin of the Blender that rendered it, as <c>blender/toolchains.json</c> has it.</summary>
internal static partial class ToolchainJson
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
        ["image"] = pin.Image,
        ["executable"] = pin.Executable,
        ["lock"] = Path.GetFileName(pin.Lock),
        ["urls"] = new JArray(pin.Urls.Where(IsSafe)),
        ["is_moving"] = pin.IsMoving,
        ["has_denoiser"] = pin.HasDenoiser,
    };

    /// <summary>The pin that a bundle brings; nothing where it is the build that this checkout pins under that id, or where the bundle has none.</summary>
    /// <param name="folder">The bundle's folder, or one with its small files.</param>
    /// <param name="manifest">Its manifest.</param>
    /// <param name="toolchain">The id that the experiment names.</param>
    /// <exception cref="FormatException">It is no pin of that toolchain, or asks for what a bundle may not: the message names the field.</exception>
    public static ToolchainPin? Carried(string folder, BundleManifest manifest, string toolchain)
    {
        if (manifest.Files.FirstOrDefault(file => file.Name == BundleNames.Toolchain) is not { } file)
        {
            return null;
        }

        var pin = Parse(ReadChecked(folder, file));
        Check("id", pin.Id == toolchain && Word().IsMatch(pin.Id), "it is not that of the experiment's toolchain");
        if (BlenderFacts.Toolchains.TryGetValue(toolchain, out var here) && (here.Version, here.Build) == (pin.Version, pin.Build))
        {
            return null;
        }

        // A stranger wrote it. It becomes part of paths and of other programs' arguments, and says what is brought here.
        Check("version", Version.TryParse(pin.Version, out var version) && version is { Build: >= 0, Revision: < 0 }, "it is not X.Y.Z");
        Check("package", pin.Package.Length == 0 || Word().IsMatch(pin.Package), "it is no package's name");
        Check("package_version", pin.PackageVersion.Length == 0 || PackageVersion().IsMatch(pin.PackageVersion), "it is no package's version");
        Check("sha256", pin.Sha256.Length == 0 || Digest.TryParse(pin.Sha256, out _), "it is not 64 lower-case hex digits");
        Check("urls", pin.Urls.All(IsSafe), "an address of it is not https, or has a user or password");
        if (pin.Lock.Length > 0)
        {
            var carried = manifest.Files.FirstOrDefault(other => other.Name == $"experiment/{Path.GetFileName(pin.Lock)}");
            Check("lock", carried is not null, "the bundle does not have it");
            ReadChecked(folder, carried!);
            pin = pin with { Lock = Path.GetFullPath(Path.Combine(folder, carried!.Name)) };
        }

        // What a path names on another machine means nothing here; a package of the system counts only where the bundle brings nothing that any system can use.
        var provider = PinFields.Providers(pin).Where(provider => provider != "path").OrderBy(provider => provider == "apt").FirstOrDefault();
        return pin with { Provider = provider ?? "" };
    }

    private static ToolchainPin Parse(byte[] bytes)
    {
        try
        {
            var json = JObject.Parse(new UTF8Encoding(false, true).GetString(bytes));
            string Text(string field) => json.Value<string>(field) ?? "";
            return new()
            {
                Id = Text("id"),
                Version = Text("version"),
                Release = Text("release"),
                Provider = Text("provider"),
                Package = Text("package"),
                PackageVersion = Text("package_version"),
                Sha256 = Text("sha256"),
                Image = Text("image"),
                Executable = Text("executable"),
                Lock = Text("lock"),
                Urls = ((JArray?)json["urls"])?.Select(url => (string?)url ?? "").ToList() ?? [],
                IsMoving = json.Value<bool?>("is_moving") ?? false,
                HasDenoiser = json.Value<bool?>("has_denoiser") ?? false,
            };
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidCastException or FormatException)
        {
            throw new FormatException($"{BundleNames.Toolchain}: is no pin of a toolchain", e);
        }
    }

    private static byte[] ReadChecked(string folder, BundleFile file)
    {
        var bytes = File.ReadAllBytes(Path.Combine(folder, file.Name));
        return Digest.Of(bytes) == file.Sha256 ? bytes : throw new FormatException($"{file.Name}: is not the file that the manifest names");
    }

    private static void Check(string field, bool isRight, string reason)
    {
        if (!isRight)
        {
            throw new FormatException($"{BundleNames.Toolchain}: {field}: {reason}");
        }
    }

    private static bool IsSafe(string url) => Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttps && address.UserInfo.Length == 0;

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9+._-]{0,63}\z")]
    private static partial Regex Word();

    [GeneratedRegex(@"^[0-9][A-Za-z0-9.+:~-]{0,99}\z")]
    private static partial Regex PackageVersion();
}
