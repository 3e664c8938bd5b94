using System.Globalization;
using System.Text.RegularExpressions;

namespace Rayshard.Sharing;

/// <summary>Which frames and passes of an experiment a smaller bundle holds.</summary>
public sealed partial record FrameSelection
{
    /// <summary>Frames by number: <c>0-99</c>, <c>7</c>, <c>0-9,90-99</c>; absent: all.</summary>
    public string? Frames { get; init; }

    /// <summary>Passes by name, commas between; absent: all.</summary>
    public string? Passes { get; init; }

    /// <summary>Conditions on parameters, all of which must hold: <c>light_energy &gt; 500 and tint_0 &lt;= 1</c>; absent: none.</summary>
    public string? Where { get; init; }

    /// <summary>Whether it leaves anything out.</summary>
    public bool IsAll => this == new FrameSelection();

    /// <summary>What was asked for, in the words of the command line.</summary>
    internal IReadOnlyDictionary<string, string>? Words => IsAll ? null
        : new (string Name, string? Value)[] { ("frames", Frames), ("passes", Passes), ("where", Where) }
            .Where(part => part.Value is not null).ToDictionary(part => part.Name, part => part.Value!);

    /// <summary>The experiment with no more than the chosen passes, and with the view layers that they need.</summary>
    /// <exception cref="RayshardException">It has no such pass.</exception>
    internal Experiment Of(Experiment experiment)
    {
        if (Passes is null)
        {
            return experiment;
        }

        var names = Passes.Split(',', StringSplitOptions.TrimEntries);
        if (names.FirstOrDefault(name => experiment.Passes.All(pass => pass.Name != name)) is { } unknown)
        {
            throw Wrong($"--passes={Passes}", $"'{unknown}' is no pass of '{experiment.Name}': it has {string.Join(", ", experiment.Passes.Select(pass => pass.Name))}");
        }

        var kept = experiment.Passes.Where(pass => names.Contains(pass.Name)).ToList();
        return experiment with
        {
            Passes = kept,
            Layers = [.. experiment.Layers.Where((layer, i) => kept.Any(pass => pass.Layer == layer.Name || (pass.Layer is null && i == 0)))],
            Tolerances = experiment.Tolerances?.Where(tolerance => names.Contains(tolerance.Key)).ToDictionary(),
        };
    }

    /// <summary>Which frames are chosen, as a test.</summary>
    /// <exception cref="RayshardException">The text is wrong, or names a parameter that is not there.</exception>
    internal Func<Frame, bool> Test(Experiment experiment, FramePlan plan)
    {
        var ranges = Ranges(plan.Count);
        var conditions = Conditions(experiment, plan.At(0));
        return frame => ranges.Any(range => frame.Index >= range.First && frame.Index <= range.Last) && conditions.All(condition => condition(frame));
    }

    private List<(long First, long Last)> Ranges(long count)
    {
        if (Frames is null)
        {
            return [(0, count - 1)];
        }

        var ranges = new List<(long, long)>();
        foreach (var part in Frames.Split(','))
        {
            var match = Range().Match(part);
            if (!match.Success || !long.TryParse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture, out var first)
                || !long.TryParse(match.Groups[2].Success ? match.Groups[2].ValueSpan : match.Groups[1].ValueSpan, CultureInfo.InvariantCulture, out var last) || last < first)
            {
                throw Wrong($"--frames={Frames}", "it is no range: write 0-99, or 7, or 0-9,90-99");
            }

            ranges.Add(last < count ? (first, last) : throw Wrong($"--frames={Frames}", $"the experiment has frames 0 to {count - 1}"));
        }

        return ranges;
    }

    private List<Func<Frame, bool>> Conditions(Experiment experiment, Frame first) =>
        Where is null ? [] : [.. Between().Split(Where).Select(text => Condition(text, experiment, first))];

    private Func<Frame, bool> Condition(string text, Experiment experiment, Frame first)
    {
        var match = Comparison().Match(text);
        if (!match.Success)
        {
            throw Wrong($"--where={Where}", $"'{text.Trim()}' is no comparison: write like light_energy > 500 and tint == 'red'");
        }

        var (name, comparison, literal) = (match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value);
        var (index, component) = Column(name, experiment, first);
        var kind = first.Values[index].Kind;
        if (kind is ValueKind.Text or ValueKind.Boolean)
        {
            var word = literal.Trim('\'', '"');
            return comparison is "==" or "!="
                ? frame => (Word(frame.Values[index]) == word) == (comparison == "==")
                : throw Wrong($"--where={Where}", $"'{name}' is no number: compare it by == or !=");
        }

        if (!double.TryParse(literal, NumberStyles.Float, CultureInfo.InvariantCulture, out var bound))
        {
            throw Wrong($"--where={Where}", $"'{name}' is a number, and '{literal}' is none");
        }

        return frame => Holds(frame.Values[index].Numbers.ElementAt(component), comparison, bound);
    }

    // As the columns of frames.parquet are called: a vector's by component.
    private (int Index, int Component) Column(string name, Experiment experiment, Frame first)
    {
        var columns = experiment.Parameters.SelectMany((parameter, i) => first.Values[i].Length == 0
            ? [(parameter.Name, Index: i, Component: 0)]
            : Enumerable.Range(0, first.Values[i].Length).Select(component => (Name: $"{parameter.Name}_{component}", Index: i, Component: component))).ToList();
        var found = columns.FindIndex(column => column.Name == name);
        return found >= 0 ? (columns[found].Index, columns[found].Component)
            : throw Wrong($"--where={Where}", $"there is no parameter '{name}': there are {string.Join(", ", columns.Select(column => column.Name))}");
    }

    private static string Word(Value value) => value.Text ?? value.ToString();

    private static bool Holds(double number, string comparison, double bound) => comparison switch
    {
        "<" => number < bound,
        "<=" => number <= bound,
        ">" => number > bound,
        ">=" => number >= bound,
        "==" => number == bound,
        _ => number != bound,
    };

    private static RayshardException Wrong(string flag, string reason) => new(ExitCode.AskedWrongly, $"{flag}: {reason}");

    [GeneratedRegex(@"^(\d{1,10})(?:-(\d{1,10}))?\z")]
    private static partial Regex Range();

    [GeneratedRegex(@"\s+and\s+", RegexOptions.IgnoreCase)]
    private static partial Regex Between();

    [GeneratedRegex(@"^\s*([a-z0-9_]+)\s*(<=|>=|==|!=|<|>)\s*('[^']*'|""[^""]*""|[^\s'""]+)\s*\z")]
    private static partial Regex Comparison();
}
