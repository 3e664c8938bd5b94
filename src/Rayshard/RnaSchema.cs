using System.Collections.Concurrent;
using Newtonsoft.Json;
using Newtonsoft.Json.Serialization;

namespace Rayshard;

/// <summary>
/// What can be set in one version of Blender: its types and their properties, made by <c>blender/worker/rna.py</c> and compiled in,
/// so that a wrong data path or a value of the wrong kind is an error before Blender starts.
/// </summary>
public sealed class RnaSchema
{
    private static readonly ConcurrentDictionary<string, RnaSchema?> s_versions = new();

    private readonly Dictionary<string, string> _collections;
    private readonly Dictionary<string, RnaType> _types;
    private readonly ILookup<string, string> _derived;

    private RnaSchema(RnaFile file)
    {
        _collections = file.Collections;
        _types = file.Types;
        _derived = _types.Where(t => t.Value.Base is not null).ToLookup(t => t.Value.Base!, t => t.Key);
    }

    /// <summary>The schema of a Blender, or null where the kit has none of that version.</summary>
    public static RnaSchema? Of(string blenderVersion) => s_versions.GetOrAdd(blenderVersion, version =>
    {
        using var stream = BlenderFacts.Resource($"rna/{version}.json");
        if (stream is null)
        {
            return null;
        }

        using var reader = new JsonTextReader(new StreamReader(stream));
        var serializer = new JsonSerializer { ContractResolver = new DefaultContractResolver { NamingStrategy = new CamelCaseNamingStrategy() } };
        return new(serializer.Deserialize<RnaFile>(reader)!);
    });

    /// <summary>What a path sets.</summary>
    /// <param name="Type">Blender's type: <c>float</c>, <c>int</c>, <c>boolean</c>, <c>string</c>, <c>enum</c>.</param>
    /// <param name="Length">Length of the array that is set as a whole; 0 for a single value.</param>
    /// <param name="Items">The items of an enum; empty where the kit does not know them.</param>
    /// <param name="Min">Least value that Blender takes.</param>
    /// <param name="Max">Greatest value that Blender takes.</param>
    public readonly record struct Target(string Type, int Length, IReadOnlyList<string> Items, double Min, double Max);

    /// <summary>
    /// Finds what a path may set: one target, or several where it depends on the scene (a node socket's value is a float, a colour, an
    /// integer). Names of data-blocks are the scene's business and not looked at.
    /// </summary>
    /// <exception cref="FormatException">No Blender of this version has such a property; the message names the step and what comes close.</exception>
    public IReadOnlyList<Target> Find(DataPath path)
    {
        var collection = path.Steps[0].Attribute!;
        if (!_collections.TryGetValue(collection, out var element))
        {
            throw new FormatException($"bpy.data has no collection '{collection}'{Close(collection, _collections.Keys)}");
        }

        // A pointer may lead to any derived type (a Light to an AreaLight), so a step looks in the type, its bases and everything derived from it.
        var at = new List<RnaProperty> { new() { Type = "collection", Of = element } };
        for (var i = 1; i < path.Steps.Count; i++)
        {
            at = Walk(at, path.Steps[i], path);
        }

        var targets = at.Where(property => property.Type is not ("pointer" or "collection")).ToList();
        if (targets.Count == 0)
        {
            throw new FormatException($"'{path}' leads to a data-block or a collection, not to a property that can be set");
        }

        var writable = targets.Where(property => !property.Readonly).ToList();
        return writable.Count > 0
            ? [.. writable.Select(p => new Target(p.Type, p.Length, p.Items ?? [], p.Min ?? double.NegativeInfinity, p.Max ?? double.PositiveInfinity))]
            : throw new FormatException($"'{path}' is read-only in Blender");
    }

    private List<RnaProperty> Walk(List<RnaProperty> from, DataPathStep step, DataPath path)
    {
        var next = new List<RnaProperty>();
        foreach (var property in from)
        {
            if (step.Attribute is { } attribute && property.Type == "pointer")
            {
                next.AddRange(Family(property.To!).Select(type => type.Properties.GetValueOrDefault(attribute)).OfType<RnaProperty>());
            }
            else if (step.Attribute is null && property.Type == "collection")
            {
                next.Add(new() { Type = "pointer", To = property.Of });
            }
            else if (step.Index is { } index && property.Length > 0)
            {
                if (index >= property.Length)
                {
                    throw new FormatException($"'{path}': index {index} is beyond the array's {property.Length} elements");
                }

                next.Add(property with { Length = 0 });
            }
        }

        if (next.Count > 0)
        {
            return next;
        }

        var names = from.Where(p => p.Type == "pointer").SelectMany(p => Family(p.To!)).SelectMany(t => t.Properties.Keys).Distinct();
        throw new FormatException(step.Attribute is { } name
            ? $"'{path}': there is no property '{name}'{(from.TrueForAll(p => p.Type != "pointer") ? " on what stands before it" : Close(name, names))}"
            : $"'{path}': {step} does not apply to what stands before it");
    }

    private IEnumerable<RnaType> Family(string name)
    {
        for (var b = name; b is not null && _types.TryGetValue(b, out var type); b = type.Base)
        {
            yield return type;
        }

        var below = new Queue<string>(_derived[name]);
        while (below.TryDequeue(out var derived))
        {
            yield return _types[derived];
            foreach (var further in _derived[derived])
            {
                below.Enqueue(further);
            }
        }
    }

    private static string Close(string name, IEnumerable<string> names)
    {
        var close = names.Select(candidate => (candidate, distance: Distance(name, candidate)))
            .Where(c => c.distance <= Math.Max(2, name.Length / 3)).OrderBy(c => c.distance).Take(3).Select(c => $"'{c.candidate}'").ToList();
        return close.Count == 0 ? "" : $"; did you mean {string.Join(" or ", close)}?";
    }

    // Levenshtein's distance.
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(cost, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }

    private sealed record RnaFile(Dictionary<string, string> Collections, Dictionary<string, RnaType> Types);

    private sealed record RnaType(string? Base, Dictionary<string, RnaProperty> Properties);

    private sealed record RnaProperty
    {
        public string Type { get; init; } = "";

        public int Length { get; init; }

        public string? To { get; init; }

        public string? Of { get; init; }

        public bool Readonly { get; init; }

        public IReadOnlyList<string>? Items { get; init; }

        public double? Min { get; init; }

        public double? Max { get; init; }
    }
}
