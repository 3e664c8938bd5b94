using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Rayshard;

/// <summary>
/// The points of an experiment's parameters, in order and by random access: any of 10^9 in constant time and memory. Thread-safe.
/// </summary>
public sealed class Sweep
{
    private static readonly SortedDictionary<string, long> s_none = [];

    private readonly Axis[] _axes;
    private readonly int _parameters;
    private readonly bool _hasDraws;

    /// <summary>The sweep of a resolved experiment.</summary>
    /// <exception cref="OverflowException">More frames than fit 63 bits; a resolved experiment never has.</exception>
    public Sweep(Experiment experiment)
    {
        var parameters = experiment.Parameters;
        _parameters = parameters.Count;
        _axes = [.. parameters
            .Select((parameter, index) => (parameter, index, label: parameter.Zip is null ? $"\0{index}" : parameter.Zip))
            .GroupBy(p => p.label)
            .Select(group => new Axis(
                [.. group.Select(p => (p.index, Source.Of(experiment.Seed, p.parameter)))],
                group.Where(p => p.parameter.Random is not null).Select(p => p.parameter.Path ?? p.parameter.Name).Min(StringComparer.Ordinal)))];
        _hasDraws = _axes.Any(axis => axis.RandomName is not null);
        Count = _axes.Aggregate(1L, (count, axis) => checked(count * axis.Count));
    }

    /// <summary>How many points there are.</summary>
    public long Count { get; }

    /// <summary>
    /// Point <paramref name="index"/>: a value per parameter, in the experiment's order, and which draw it is of each random axis, by
    /// the axis's name. The draws tell apart points that drew the same values; no other axis, and no order, changes them.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such point.</exception>
    public (IReadOnlyList<Value> Values, IReadOnlyDictionary<string, long> Draws) At(long index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        var values = new Value[_parameters];
        var draws = _hasDraws ? new SortedDictionary<string, long>(CanonicalJson.NameOrder) : s_none;
        for (var a = _axes.Length - 1; a >= 0; a--)
        {
            var axis = _axes[a];
            (index, var step) = Math.DivRem(index, axis.Count);
            foreach (var (parameter, source) in axis.Sources)
            {
                values[parameter] = source.At(step);
            }

            if (axis.RandomName is { } name)
            {
                draws.Add(name, step);
            }
        }

        return (values, draws);
    }

    /// <summary>How many values a parameter takes, or 0 where it says none.</summary>
    internal static long CountOf(Parameter parameter) =>
        parameter.List?.Count ?? parameter.Linear?.Count ?? parameter.Random?.Count ?? 0;

    private sealed class Axis((int Parameter, Source Source)[] sources, string? randomName)
    {
        public (int Parameter, Source Source)[] Sources { get; } = sources;

        // What the scene knows it by, so that a renamed parameter keeps its frames; null where nothing is drawn.
        public string? RandomName { get; } = randomName;

        public long Count { get; } = sources[0].Source.Count;
    }

    private sealed record Source(long Count, Func<long, Value> At)
    {
        public static Source Of(long seed, Parameter parameter) => new(CountOf(parameter), parameter switch
        {
            { List: { } list } => i => list[(int)i],
            { Linear: { } linear } => i => Even(linear, i),
            { Random.Uniform: { } range } => Draw(seed, parameter.Name, bits => range[0] + (range[1] - range[0]) * Unit(bits)),
            { Random.Integer: { } range } => Draw(seed, parameter.Name, bits => range[0] + Below(bits, (UInt128)((Int128)range[1] - range[0] + 1))),
            { Random.Choice: { } choice } => Draw(seed, parameter.Name, bits => choice[(int)Below(bits, (UInt128)choice.Count)]),
            _ => throw new ArgumentException($"parameter '{parameter.Name}' takes no values"),
        });

        private static Value Even(Linear linear, long i)
        {
            var steps = linear.OpenEnd ? linear.Count : linear.Count - 1;
            return i == 0 ? linear.From : i == steps ? linear.To : linear.From + (linear.To - linear.From) * i / steps;
        }

        // 64 bits of SHA-256(canonical [seed, name, index]): the same on every machine and in every language, and no draw depends on another.
        private static Func<long, Value> Draw(long seed, string name, Func<ulong, Value> value) => i =>
        {
            Span<byte> hash = stackalloc byte[Digest.Size];
            SHA256.HashData(Encoding.UTF8.GetBytes($"[{seed},\"{name}\",{i}]"), hash);
            return value(BinaryPrimitives.ReadUInt64BigEndian(hash));
        };

        private static double Unit(ulong bits) => (bits >> 11) * (1.0 / (1UL << 53));

        private static long Below(ulong bits, UInt128 range) => unchecked((long)(ulong)((bits * range) >> 64));
    }
}
