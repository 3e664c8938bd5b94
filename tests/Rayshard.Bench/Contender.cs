namespace Rayshard.Bench;

/// <summary>Something that is measured in each round, once or, where it stands among them several times, in so many turns.</summary>
/// <param name="Name">Its name, before the dot of what it measures.</param>
/// <param name="RunAsync">Runs it in a private, empty folder; gives what it measured, by name.</param>
internal sealed record Contender(string Name, Func<string, Task<Dictionary<string, double>>> RunAsync);

/// <summary>All that was measured, round by round.</summary>
internal sealed class Samples
{
    private readonly SortedDictionary<string, List<double>> _values = new(StringComparer.Ordinal);

    /// <summary>Every value, by contender and measure.</summary>
    public IReadOnlyDictionary<string, List<double>> Values => _values;

    public bool Has(string name) => _values.ContainsKey(name);

    public double this[string name] => Median(_values[name]);

    public void Add(string contender, IReadOnlyDictionary<string, double> measured)
    {
        foreach (var (name, value) in measured)
        {
            var key = $"{contender}.{name}";
            if (!_values.TryGetValue(key, out var list))
            {
                _values.Add(key, list = []);
            }

            list.Add(value);
        }
    }

    /// <summary>The ratio of two, taken turn by turn, or round by round where one had fewer turns, so that both had the same machine; the median of those.</summary>
    public double Ratio(string ours, string peer)
    {
        var (a, b) = (_values[ours], _values[peer]);
        var count = Math.Min(a.Count, b.Count);
        return Median(Even(a).Zip(Even(b), (x, y) => x / y));

        IEnumerable<double> Even(List<double> values) => values.Chunk(values.Count / count).Select(Median);
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
