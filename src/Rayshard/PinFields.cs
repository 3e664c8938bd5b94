using System.Text.RegularExpressions;

namespace Rayshard;

/// <summary>Which fields of a pin each provider needs, and what they look like.</summary>
public static partial class PinFields
{
    private static readonly Field s_executable = new("executable", pin => pin.Executable, Path.IsPathRooted, "the absolute path of Blender's executable");

    private static readonly Dictionary<string, Field[]> s_needs = new()
    {
        ["apt"] =
        [
            new("package", pin => pin.Package, IsWord, "the package's name"),
            new("package_version", pin => pin.PackageVersion, IsWord, "its exact version, as dpkg-query -W prints it"),
        ],
        ["debian"] = [new("lock", pin => pin.Lock, file => IsWord(file) || Path.IsPathRooted(file), "the path below blender/ of a lock that blender/lock.sh wrote")],
        ["archive"] =
        [
            new("sha256", pin => pin.Sha256, IsDigest, "the archive's SHA-256, 64 lower-case hex digits"),
            new("urls", pin => string.Join(' ', pin.Urls), urls => urls.Length > 0, "where the archive is: https addresses, paths of files"),
        ],
        ["path"] = [new("sha256", pin => pin.Sha256, IsDigest, "the executable's SHA-256, 64 lower-case hex digits"), s_executable],
        ["container"] =
        [
            new("image", pin => pin.Image, image => ImageForm().IsMatch(image), "an image by its digest, NAME@sha256:HEX or sha256:HEX; a tag may come to mean another"),
            s_executable,
        ],
    };

    /// <summary>Checks that a pin has what a provider needs.</summary>
    /// <exception cref="RayshardException">There is no such provider, or a field is missing or malformed (<see cref="ExitCode.AskedWrongly"/>): file, pin, field, reason, what to do.</exception>
    public static void Check(ToolchainPin pin, string provider)
    {
        if (!s_needs.TryGetValue(provider, out var fields))
        {
            throw Wrong(pin, "provider", $"there is no '{provider}'", $"take {string.Join(", ", s_needs.Keys)}");
        }

        foreach (var field in fields)
        {
            var value = field.Value(pin);
            if (!field.IsRight(value))
            {
                var instead = provider == pin.Provider ? "" : $", or take the pin's own provider '{pin.Provider}'";
                throw Wrong(pin, field.Name, value.Length == 0 ? $"provider '{provider}' needs it, and it is not there" : $"'{value}' is not what provider '{provider}' needs", $"give {field.What}{instead}");
            }
        }
    }

    /// <summary>The providers that a pin has all fields for, its own first.</summary>
    public static IEnumerable<string> Providers(ToolchainPin pin) =>
        s_needs.Where(need => need.Value.All(field => field.IsRight(field.Value(pin)))).Select(need => need.Key).OrderByDescending(provider => provider == pin.Provider);

    private static RayshardException Wrong(ToolchainPin pin, string field, string reason, string cure) =>
        new(ExitCode.AskedWrongly, $"blender/toolchains.json: toolchain '{pin.Id}': {field}: {reason}: {cure}");

    private static bool IsWord(string text) => text.Length > 0 && !text.Any(char.IsWhiteSpace);

    private static bool IsDigest(string text) => Digest.TryParse(text, out _);

    // The digest is what is pinned; what stands before it only says where to pull it from.
    [GeneratedRegex(@"\A([a-z0-9]([a-z0-9._:/-]*[a-z0-9])?@)?sha256:[0-9a-f]{64}\z")]
    private static partial Regex ImageForm();

    private sealed record Field(string Name, Func<ToolchainPin, string> Value, Predicate<string> IsRight, string What);
}
