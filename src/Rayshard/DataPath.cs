using System.Globalization;
using System.Text.RegularExpressions;
using Newtonsoft.Json.Linq;

namespace Rayshard;

/// <summary>One step of a data path: exactly one of the three is set.</summary>
/// <param name="Attribute">An attribute: <c>.energy</c>.</param>
/// <param name="Key">A name in a collection: <c>["Key"]</c>.</param>
/// <param name="Index">An index into an array or a collection: <c>[2]</c>.</param>
public readonly record struct DataPathStep(string? Attribute, string? Key, int? Index)
{
    /// <summary>The step as the worker protocol writes it.</summary>
    public JObject ToJson() => Attribute is not null ? new(new JProperty("attribute", Attribute))
        : Key is not null ? new(new JProperty("key", Key)) : new(new JProperty("index", Index));

    /// <inheritdoc/>
    public override string ToString() => Attribute is not null ? $".{Attribute}" : Key is not null ? $"[\"{Key}\"]" : $"[{Index}]";
}

/// <summary>A Blender data path below <c>bpy.data</c>, taken apart: <c>objects["Cube"].rotation_euler[2]</c>. Never evaluated as code.</summary>
public sealed partial class DataPath
{
    private DataPath(string text, IReadOnlyList<DataPathStep> steps)
    {
        Text = text;
        Steps = steps;
    }

    /// <summary>The path as it was written.</summary>
    public string Text { get; }

    /// <summary>Its steps; the first is the collection of <c>bpy.data</c>.</summary>
    public IReadOnlyList<DataPathStep> Steps { get; }

    /// <summary>Takes a path apart.</summary>
    /// <exception cref="FormatException">The text is no data path; the message says from where on.</exception>
    public static DataPath Parse(string text)
    {
        var steps = new List<DataPathStep>();
        var at = 0;
        while (at < text.Length)
        {
            var match = Step().Match(text, at);
            if (!match.Success || (match.Groups["attribute"].Success && (steps.Count > 0) != match.Groups["dot"].Success))
            {
                break;
            }

            steps.Add(match.Groups["attribute"].Success ? new(match.Groups["attribute"].Value, null, null)
                : match.Groups["key"].Success ? new(null, Escape().Replace(match.Groups["key"].Value, "$1"), null)
                : new(null, null, int.Parse(match.Groups["index"].Value, CultureInfo.InvariantCulture)));
            at += match.Length;
        }

        if (at < text.Length || steps.Count < 3 || steps[0].Attribute is null)
        {
            var rest = at < text.Length ? $" from '{text[at..]}' on" : "";
            throw new FormatException($"'{text}' is no data path{rest}: write it as collection[\"Name\"].property, like lights[\"Key\"].energy or objects[\"Cube\"].rotation_euler[2]");
        }

        return new(text, steps);
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    [GeneratedRegex("""\G(?:(?<dot>\.)?(?<attribute>[A-Za-z_][A-Za-z0-9_]*)|\["(?<key>(?:[^"\\]|\\["\\])+)"\]|\[(?<index>[0-9]{1,6})\])""")]
    private static partial Regex Step();

    [GeneratedRegex("""\\(.)""")]
    private static partial Regex Escape();
}
