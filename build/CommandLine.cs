using System.Globalization;

namespace Rayshard.Build;

/// <summary>The flags as Cake hands them over, read strictly: what is not understood is refused.</summary>
/// <param name="flags">Every value of each flag; an empty one where it has none.</param>
/// <param name="setting">A default from <c>cake.config</c>, by its key.</param>
public sealed class CommandLine(IDictionary<string, ICollection<string>> flags, Func<string, string?> setting)
{
    // What Cake and build.cake read themselves. Settings of cake.config may come as flags too: --settings_verbosity=quiet.
    private static readonly string[] s_cake = ["target", "nobuild"];
    private static readonly string[] s_sections = ["settings_", "paths_", "nuget_", "rayshard_"];

    // Cake gives null for a flag without a value.
    private readonly Dictionary<string, List<string>> _flags =
        flags.ToDictionary(flag => flag.Key, flag => flag.Value.Select(value => value ?? "").ToList(), StringComparer.OrdinalIgnoreCase);

    /// <summary>Every value of a flag that may be repeated.</summary>
    /// <exception cref="RayshardException">One is empty.</exception>
    public IReadOnlyList<string> Texts(string name, bool mayBeEmpty = false)
    {
        var values = _flags.TryGetValue(name, out var all) ? all : [];
        return !mayBeEmpty && values.Contains("") ? throw Wrong($"--{name}", "", "it has no value", $"write --{name}=VALUE") : values;
    }

    /// <summary>The value of a flag, or else of a setting.</summary>
    /// <exception cref="RayshardException">It is empty or there are several.</exception>
    public string? Text(string name, string? key = null)
    {
        var values = Texts(name);
        return values.Count > 1
            ? throw Wrong($"--{name}", values[^1], $"it was given {values.Count} times", "give it once")
            : values.Count == 1 ? values[0] : key is null ? null : setting(key) is { Length: > 0 } text ? text : null;
    }

    /// <summary>A whole number from a flag, or else from a setting.</summary>
    /// <exception cref="RayshardException">It is none, or too small or large.</exception>
    public long? Number(string? name, string? key, long least, long most)
    {
        var text = name is null ? setting(key!) is { Length: > 0 } value ? value : null : Text(name, key);
        if (text is null)
        {
            return null;
        }

        var where = name is not null && _flags.ContainsKey(name) ? $"--{name}" : $"cake.config, [Rayshard] {key}";
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw Wrong(where, text, "it is no whole number " + (most == long.MaxValue ? $"from {least} up" : $"from {least} to {most}"), "correct it or leave it out");
    }

    /// <summary>Whether a flag without a value is there.</summary>
    /// <exception cref="RayshardException">It has a value.</exception>
    public bool Has(string name) =>
        _flags.TryGetValue(name, out var values) && (values.FirstOrDefault(value => value.Length > 0) is not { } value ? true : throw Wrong($"--{name}", value, "it takes no value", $"write --{name} alone"));

    /// <summary>Refuses every flag that is not one of these, because a misspelt one must not render the wrong thing.</summary>
    /// <exception cref="RayshardException">There is one.</exception>
    public void RefuseAllBut(IReadOnlyCollection<string> known)
    {
        if (_flags.Keys.FirstOrDefault(flag => !IsKnown(flag, known)) is { } unknown)
        {
            throw new RayshardException(ExitCode.AskedWrongly, $"--{unknown}: there is no such flag; there are: {string.Join(", ", s_cake.Concat(known).Select(flag => "--" + flag))}");
        }
    }

    private static bool IsKnown(string flag, IReadOnlyCollection<string> known) =>
        known.Concat(s_cake).Contains(flag, StringComparer.OrdinalIgnoreCase) || s_sections.Any(section => flag.StartsWith(section, StringComparison.OrdinalIgnoreCase));

    private static RayshardException Wrong(string what, string value, string reason, string cure) =>
        new(ExitCode.AskedWrongly, $"{what}{(value.Length > 0 ? "=" + value : "")}: {reason}; {cure}");
}
