using System.Globalization;
using Newtonsoft.Json.Linq;

namespace Rayshard.Blender;

/// <summary>What really decided the pixels of a run, fact by fact: evidence beside the frames, never part of a frame's key.</summary>
/// <param name="Facts">
/// By name: <c>blender.*</c> build facts, <c>python</c>, <c>numpy</c>, <c>executable</c> (SHA-256), <c>library.NAME</c> (SHA-256 of each that
/// was mapped), <c>cpu.kernel</c>, <c>cpu.embree</c>, <c>cpu.model</c>, <c>device</c>, <c>threads</c>.
/// </param>
public sealed record Fingerprint(IReadOnlyDictionary<string, string> Facts)
{
    private const string Library = "library.";
    private const string Others = "other libraries";

    // What a library that differs is to a frame, by a part of its file's name; the first that fits.
    private static readonly (string Part, string Kind)[] s_libraries =
    [
        ("OpenImageDenoise", "another denoiser"), ("embree", "another Embree"), ("libGLX", "another graphics driver"), ("swrast", "another graphics driver"),
        ("gallium", "another graphics driver"), ("libLLVM", "another graphics driver"), ("nvidia", "another graphics driver"), ("libcuda", "another graphics driver"),
        ("libc.so", "another C library"), ("libm.so", "another C library"), ("OpenImageIO", "another OpenImageIO"), ("OpenColorIO", "another OpenColorIO"),
    ];

    private static readonly (string Fact, string Cause)[] s_causes =
    [
        ("blender.version", "another version of Blender"), ("executable", "another build of Blender"), ("cpu.kernel", "Cycles' CPU kernel"),
        ("cpu.embree", "Embree's instruction set, which the CPU decides"), ("device", "the render device"), ("threads", "the number of threads"),
        ("python", "Python"), ("numpy", "NumPy"),
    ];

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    public static Fingerprint Parse(JObject json) => new(json.Properties().ToDictionary(fact => fact.Name, fact => (string)fact.Value!));

    /// <summary>The facts, sorted by name.</summary>
    public JObject ToJson() => new(Facts.OrderBy(fact => fact.Key, StringComparer.Ordinal).Select(fact => new JProperty(fact.Key, fact.Value)));

    /// <summary>Address of the facts: equal for runs of which all of them are equal.</summary>
    public Digest Address => Digest.Of(CanonicalJson.Bytes(ToJson()));

    /// <summary>Facts in which another one differs, by name, with both values; <c>null</c> where one has no such fact.</summary>
    public IEnumerable<(string Fact, string? Mine, string? Other)> Differences(Fingerprint other) =>
        from fact in Facts.Keys.Union(other.Facts.Keys).Order(StringComparer.Ordinal)
        let mine = Facts.GetValueOrDefault(fact)
        let theirs = other.Facts.GetValueOrDefault(fact)
        where mine != theirs
        select (fact, mine, theirs);

    /// <summary>What in the differences to <paramref name="stored"/> can move a bit, the likeliest first, a clause each.</summary>
    public IEnumerable<string> Causes(Fingerprint stored)
    {
        var differences = Differences(stored).ToDictionary(difference => difference.Fact, difference => (Here: difference.Mine, There: difference.Other));
        foreach (var (fact, cause) in s_causes)
        {
            if (differences.TryGetValue(fact, out var values))
            {
                yield return $"{cause}: {Short(values.Here)} here, {Short(values.There)} in the store";
            }
        }

        var libraries = differences.Keys.Where(fact => fact.StartsWith(Library, StringComparison.Ordinal)).Select(fact => fact[Library.Length..]);
        foreach (var group in libraries.GroupBy(KindOf).OrderBy(group => group.Key == Others))
        {
            yield return $"{group.Key}: {string.Join(", ", group.Take(8))}{(group.Count() > 8 ? $" and {group.Count() - 8} more" : "")}";
        }
    }

    /// <summary>As <see cref="Causes"/>, of those facts alone that this one has: what a machine that has not rendered yet knows of itself.</summary>
    public IEnumerable<string> CausesAsFarAsKnown(Fingerprint stored) =>
        Causes(new(stored.Facts.Where(fact => Facts.ContainsKey(fact.Key)).ToDictionary()));

    private static string KindOf(string library) =>
        s_libraries.FirstOrDefault(kind => library.Contains(kind.Part, StringComparison.OrdinalIgnoreCase)) is { Kind: { } known } ? known : Others;

    /// <summary>What can be known before anything is rendered: build, CPU class, device, threads.</summary>
    public static Fingerprint Before(Toolchain toolchain) => new(new Dictionary<string, string>
    {
        ["toolchain"] = toolchain.Pin.Id,
        ["executable"] = toolchain.ExecutableDigest.ToString(),
        ["cpu.kernel"] = toolchain.CpuClass.Kernel,
        ["cpu.embree"] = toolchain.CpuClass.Embree,
        ["cpu.model"] = CpuModel(),
        ["device"] = "CPU",
        ["threads"] = WorkerCommand.Threads.ToString(CultureInfo.InvariantCulture),
    });

    internal static Fingerprint Of(Toolchain toolchain, WorkerEvidence worker, IReadOnlyDictionary<string, Digest> libraries)
    {
        var facts = new Dictionary<string, string>(Before(toolchain).Facts)
        {
            ["python"] = (string?)worker.Hello["python"] ?? "",
            ["numpy"] = (string?)worker.Hello["numpy"] ?? "",
        };
        foreach (var fact in ((JObject?)worker.Hello["blender"])?.Properties() ?? [])
        {
            facts["blender." + fact.Name] = (string?)fact.Value ?? "";
        }

        foreach (var (name, digest) in libraries)
        {
            facts["library." + name] = digest.ToString();
        }

        return new(facts);
    }

    private static string CpuModel() =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "unknown";

    private static string Short(string? value) => value is null ? "nothing" : Digest.TryParse(value, out _) ? value[..12] : value;
}
