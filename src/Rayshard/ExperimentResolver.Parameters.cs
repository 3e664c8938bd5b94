using System.Globalization;
using System.Text.RegularExpressions;

namespace Rayshard;

/// <content>The parameters: their values, what they set, and how many frames they make.</content>
public sealed partial class ExperimentResolver
{
    private Parameter Parameter(Parameter parameter, string field, ToolchainPin? pin)
    {
        Check($"{field}.name", ParameterName().IsMatch(parameter.Name), $"'{parameter.Name}' is no name: use a-z, 0-9 and _, start with a letter, at most 40 characters");
        var values = new[] { parameter.List is not null, parameter.Linear is not null, parameter.Random is not null }.Count(given => given);
        if (values != 1)
        {
            Fault(field, $"parameter '{parameter.Name}' has {(values == 0 ? "no values" : "its values in more than one way")}: give exactly one of list, linear, random");
            return parameter;
        }

        CheckValues(parameter, field);
        var resolved = parameter with { Source = default, List = SameKind(parameter.List, $"{field}.list"), Random = parameter.Random is { Choice: not null } random ? random with { Choice = SameKind(random.Choice, $"{field}.random.choice") } : parameter.Random };
        return parameter.Path is null ? CheckApply(resolved, field) : CheckPath(resolved, field, pin);
    }

    private Parameter CheckApply(Parameter parameter, string field)
    {
        Check($"{field}.path", !_experiment.Scene.File.EndsWith(".blend", StringComparison.Ordinal), $"a .blend has no apply(parameters): give parameter '{parameter.Name}' a data path");
        return parameter;
    }

    private void CheckValues(Parameter parameter, string field)
    {
        if (parameter.List is { } list)
        {
            Check($"{field}.list", list.Count > 0, "the list is empty: the sweep would have no frame");
            CheckDistinct(list, $"{field}.list");
        }
        else if (parameter.Linear is { } linear)
        {
            Check($"{field}.linear.count", linear.Count >= 1, $"{linear.Count} is less than 1: the sweep would have no frame");
            var step = Math.Abs(linear.To - linear.From) / Math.Max(1, linear.Count);
            var fine = linear.Count <= 1 || step > 4 * Math.Max(Math.BitIncrement(Math.Abs(linear.From)) - Math.Abs(linear.From), Math.BitIncrement(Math.Abs(linear.To)) - Math.Abs(linear.To));
            Check($"{field}.linear", double.IsFinite(linear.From) && double.IsFinite(linear.To) && fine, "its values are not finite or not all different: spread from and to, or lower count");
        }
        else if (parameter.Random is { } random)
        {
            Check($"{field}.random.count", random.Count >= 1, $"{random.Count} is less than 1: the sweep would have no frame");
            Check($"{field}.random", new object?[] { random.Uniform, random.Integer, random.Choice }.Count(given => given is not null) == 1, "give exactly one of uniform, integer, choice");
            Check($"{field}.random.uniform", random.Uniform is null || (random.Uniform is [var low, var high] && low < high && double.IsFinite(high - low)), "give [low, high] with low < high, both finite");
            Check($"{field}.random.integer", random.Integer is null || (random.Integer is [var least, var greatest] && least <= greatest), "give [low, high] with low <= high");
            Check($"{field}.random.choice", random.Choice is null or { Count: > 0 }, "the choice is empty");
            CheckDistinct(random.Choice ?? [], $"{field}.random.choice");
        }
    }

    private void CheckDistinct(IReadOnlyList<Value> values, string field)
    {
        var seen = new HashSet<Value>();
        for (var i = 0; i < values.Count; i++)
        {
            Check($"{field}[{i}]", values[i].IsFinite, $"{values[i]} is not finite");
            Check($"{field}[{i}]", seen.Add(values[i].AsFloat()), $"{values[i]} is there twice: two frames would be one");
        }
    }

    // One kind for the whole list, so that a reader finds one type: integers beside floats become floats.
    private List<Value>? SameKind(IReadOnlyList<Value>? values, string field)
    {
        if (values is null)
        {
            return null;
        }

        List<Value> same = values.Any(value => value.Kind == ValueKind.Float) ? [.. values.Select(value => value.AsFloat())] : [.. values];
        for (var i = 1; i < same.Count; i++)
        {
            Check($"{field}[{i}]", same[i].Kind == same[0].Kind && same[i].Length == same[0].Length, $"{same[i]} is not of the same kind as {same[0]} before it");
        }

        return same;
    }

    private Parameter CheckPath(Parameter parameter, string field, ToolchainPin? pin)
    {
        try
        {
            var path = DataPath.Parse(parameter.Path!);
            return pin is null || RnaSchema.Of(pin.Version) is not { } rna ? parameter : CheckTargets(parameter, field, rna.Find(path));
        }
        catch (FormatException e)
        {
            Fault($"{field}.path", e.Message);
            return parameter;
        }
    }

    private Parameter CheckTargets(Parameter parameter, string field, IReadOnlyList<RnaSchema.Target> targets)
    {
        if (targets.All(target => target is { Type: "float", Length: 0 }))
        {
            var random = parameter.Random is { Choice: { } choice } r ? r with { Choice = [.. choice.Select(value => value.AsFloat())] } : parameter.Random;
            parameter = parameter with { List = parameter.List?.Select(value => value.AsFloat()).ToList(), Random = random };
        }

        foreach (var (where, value) in Samples(parameter, field))
        {
            var reasons = targets.Select(target => WhyNot(target, value)).Distinct().ToList();
            Check(where, reasons.Contains(null), $"{value} can't be set at '{parameter.Path}': it takes {string.Join(", or ", reasons)}");
        }

        return parameter;
    }

    // What a target takes, where the value is none of it; null where it is.
    private static string? WhyNot(RnaSchema.Target target, Value value)
    {
        var (fits, takes) = target switch
        {
            { Length: > 0 } => (value.Kind == ValueKind.Vector && value.Length == target.Length && target.Type == "float", $"{target.Length} numbers ({target.Type})"),
            { Type: "float" } => (value.Kind is ValueKind.Float or ValueKind.Integer, "a float"),
            { Type: "int" } => (value.Kind == ValueKind.Integer, "an integer"),
            { Type: "enum" } => (value.Kind == ValueKind.Text && (target.Items.Count == 0 || target.Items.Contains(value.Text)), $"an enum's item ({string.Join(", ", target.Items)})"),
            { Type: "string" } => (value.Kind == ValueKind.Text, "a text"),
            _ => (value.Kind == ValueKind.Boolean, "a boolean"),
        };
        var range = double.IsInfinity(target.Min) && double.IsInfinity(target.Max) ? "" : string.Create(CultureInfo.InvariantCulture, $" from {target.Min} to {target.Max}");
        return fits && value.Numbers.All(number => number >= target.Min && number <= target.Max) ? null : takes + range;
    }

    private static IEnumerable<(string Where, Value Value)> Samples(Parameter parameter, string field) => parameter switch
    {
        { List: { } list } => list.Select((value, i) => ($"{field}.list[{i}]", value)),
        { Linear: { } linear } => [($"{field}.linear.from", linear.From), ($"{field}.linear.to", linear.To)],
        { Random.Uniform: [var low, var high] } => [($"{field}.random.uniform[0]", low), ($"{field}.random.uniform[1]", high)],
        { Random.Integer: [var low, var high] } => [($"{field}.random.integer[0]", low), ($"{field}.random.integer[1]", high)],
        { Random.Choice: { } choice } => choice.Select((value, i) => ($"{field}.random.choice[{i}]", value)),
        _ => [],
    };

    private void CheckSweep()
    {
        var names = new HashSet<string>();
        var paths = new HashSet<string>();
        var axes = new Dictionary<string, (long Count, string Name)>();
        Int128 frames = 1;
        for (var i = 0; i < _experiment.Parameters.Count; i++)
        {
            var parameter = _experiment.Parameters[i];
            var count = Sweep.CountOf(parameter);
            Check($"parameters[{i}].name", names.Add(parameter.Name), $"parameter '{parameter.Name}' is there twice");
            Check($"parameters[{i}].path", parameter.Path is null || paths.Add(parameter.Path), $"another parameter sets '{parameter.Path}' too");
            if (parameter.Zip is { } label && axes.TryGetValue(label, out var first))
            {
                Check($"parameters[{i}].zip", first.Count == count, $"'{parameter.Name}' has {count} values but '{first.Name}', zipped with it as '{label}', has {first.Count}: make them equal");
                continue;
            }

            axes[parameter.Zip ?? $"\0{i}"] = (count, parameter.Name);
            frames *= Math.Max(1, count);
            if (frames > MaxFrames)
            {
                Fault($"parameters[{i}]", $"with '{parameter.Name}' the sweep has {frames} frames, more than the {MaxFrames} that an experiment may have: split it into several experiments");
                break;
            }
        }
    }

    [GeneratedRegex("^[a-z][a-z0-9_]{0,39}$")]
    private static partial Regex ParameterName();
}
