using Newtonsoft.Json.Linq;

namespace Rayshard.Bench;

/// <summary>One line of the result.</summary>
/// <param name="Name">What is compared.</param>
/// <param name="Ours">The kit's value.</param>
/// <param name="Peer">The other's; absent where a goal stands alone.</param>
/// <param name="Ratio">Ours to the peer's: the median of the rounds' ratios.</param>
/// <param name="Unit">Unit of both values.</param>
/// <param name="Goal">What must hold; absent where nothing was promised.</param>
/// <param name="Holds">Whether it does.</param>
internal sealed record BenchRow(string Name, double Ours, double? Peer, double? Ratio, string Unit, string? Goal, bool? Holds)
{
    /// <summary>All rows, with issue 4's goals.</summary>
    /// <param name="samples">The rounds.</param>
    /// <param name="cold">What came before them, in a process that had just started.</param>
    public static IReadOnlyList<BenchRow> Of(Samples samples, Samples cold)
    {
        // The goal speaks of the slower of the two.
        var limit = samples["sha256.mb_per_s"] < samples["disk.mb_per_s"] ? "sha256" : "disk";
        return
        [
            Against(samples, "64x64, kit : bare loop", "kit.frames_per_s", "bare.frames_per_s", "frames/s", 0.9),
            Against(samples, "64x64, kit : render call + EXR", "kit.frames_per_s", "exr.frames_per_s", "frames/s", 2),
            Below(samples, "64x64, the kit's own CPU", "kit.host_cpu_ms_per_frame", "ms/frame", 0.15),
            new("64x64, the kit's own CPU, while .NET compiles it", cold["kit.host_cpu_ms_per_frame"], null, null, "ms/frame", null, null),
            Against(samples, $"1 MiB frames, shard : slower limit ({limit})", "shard.mb_per_s", $"{limit}.mb_per_s", "MB/s", 0.8),
            Against(samples, "1 MiB frames, shard : SHA-256, one core", "shard.mb_per_s", "sha256.mb_per_s", "MB/s", null),
            Against(samples, "1 MiB frames, shard : raw write + fsync", "shard.mb_per_s", "disk.mb_per_s", "MB/s", null),
            Against(samples, "1 MiB frames, shard : tarfile + npy + sha256", "shard.mb_per_s", "tarfile.mb_per_s", "MB/s", null),
            Against(samples, "1 MiB frames, shard : np.save per frame + sha256", "shard.mb_per_s", "npsave.mb_per_s", "MB/s", null),
            Against(samples, "1 MiB frames, inspect : copy in memory, one core", "inspect.mb_per_s", "memcpy.mb_per_s", "MB/s", 0.5),
            Below(samples, "1 MiB frames, CPU to store", "shard.cpu_s_per_gb", "s/GB", 1.5),
        ];
    }

    /// <summary>As it stands in <c>bench.json</c>.</summary>
    public JObject ToJson() => new()
    {
        ["name"] = Name, ["ours"] = Ours, ["peer"] = Peer, ["ratio"] = Ratio, ["unit"] = Unit, ["goal"] = Goal, ["holds"] = Holds,
    };

    private static BenchRow Against(Samples samples, string name, string ours, string peer, string unit, double? goal)
    {
        var ratio = samples.Ratio(ours, peer);
        return new(name, samples[ours], samples[peer], ratio, unit, goal is { } g ? FormattableString.Invariant($"ratio >= {g}") : null, goal is null ? null : ratio >= goal);
    }

    private static BenchRow Below(Samples samples, string name, string ours, string unit, double goal) =>
        new(name, samples[ours], null, null, unit, FormattableString.Invariant($"ours < {goal}"), samples[ours] < goal);
}
