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
        var rows = new List<BenchRow>();
        foreach (var size in Sizes.All.Select(size => size.Name))
        {
            var tiny = size == "64";
            rows.Add(Against(samples, $"{size}, kit : bare loop", $"kit-{size}.frames_per_s", $"bare-{size}.frames_per_s", "frames/s", tiny ? 0.9 : 0.98));
            rows.Add(Against(samples, $"{size}, CPU of all, bare loop : kit", $"bare-{size}.cpu_ms_per_frame", $"kit-{size}.cpu_ms_per_frame", "ms/frame", null));
            rows.AddRange(Way.All.Where(way => samples.Has($"{way.Name}-{size}.frames_per_s"))
                .Select(way => Against(samples, $"{size}, kit : {way.Label}", $"kit-{size}.frames_per_s", $"{way.Name}-{size}.frames_per_s", "frames/s", tiny && way == Way.All[0] ? 2 : null)));
            foreach (var (measure, name, unit) in new[] { ("files_per_1000", "files per 1000 frames", ""), ("kb_per_frame", "bytes on the disk", "kB/frame"), ("peak_mb", "peak memory of all", "MB"), ("cpu_ms_per_frame", "CPU of all", "ms/frame") })
            {
                rows.AddRange(Way.All.Where(way => samples.Has($"{way.Name}-{size}.{measure}"))
                    .Select(way => Against(samples, $"{size}, {name}, {way.Label} : kit", $"{way.Name}-{size}.{measure}", $"kit-{size}.{measure}", unit, null)));
            }

            rows.Add(Below(samples, $"{size}, the kit's own CPU", $"kit-{size}.host_cpu_ms_per_frame", "ms/frame", tiny ? 0.15 : null));
        }

        rows.Add(Against(samples, $"{Sizes.OneSample.Name}, kit : bare loop", $"kit-{Sizes.OneSample.Name}.frames_per_s", $"bare-{Sizes.OneSample.Name}.frames_per_s", "frames/s", null));
        rows.Add(new("64, the kit's own CPU, while .NET compiles it", cold["kit-64.host_cpu_ms_per_frame"], null, null, "ms/frame", null, null));
        rows.Add(Against(samples, "64, kit : a process per frame", "kit-64.frames_per_s", "process-64.frames_per_s", "frames/s", null));
        rows.Add(Against(samples, "64, viewer : passes", "viewer-64.frames_per_s", "kit-64.frames_per_s", "frames/s", 0.5));
        foreach (var size in Sizes.All.Select(size => size.Name))
        {
            // The goal speaks of the slower of the two.
            var limit = samples[$"sha256-{size}.mb_per_s"] < samples[$"disk-{size}.mb_per_s"] ? "sha256" : "disk";
            rows.Add(Against(samples, $"{size}, shard : slower limit ({limit})", $"shard-{size}.mb_per_s", $"{limit}-{size}.mb_per_s", "MB/s", 0.8));
            rows.AddRange(Storing.Peers.SelectMany(way => Storing.BothWays(way)).Append("exr-zip")
                .Where(way => samples.Has($"{way}-{size}.mb_per_s"))
                .Select(way => Against(samples, $"{size}, shard : {way}", $"shard-{size}.mb_per_s", $"{way}-{size}.mb_per_s", "MB/s", StoreGoal(way))));
            rows.Add(Below(samples, $"{size}, CPU to store", $"shard-{size}.cpu_s_per_gb", "s/GB", 1.5));
            rows.Add(Below(samples, $"{size}, read a random frame", $"shard-{size}.read_us", "us", size == "64" ? 50 : null));
            rows.Add(Below(samples, $"{size}, the same, held against its XXH3", $"shard-{size}.checked_read_us", "us", size == "64" ? 50 : null));
            rows.Add(Below(samples, $"{size}, the same by key and its SHA-256", $"shard-{size}.sha256_read_us", "us", null));
            rows.AddRange(Storing.Peers.Where(way => samples.Has($"{way}-{size}.read_us"))
                .Select(way => Against(samples, $"{size}, read a random frame, {way} : shard", $"{way}-{size}.read_us", $"shard-{size}.read_us", "us", null)));
        }

        foreach (var (measure, name) in new[] { ("scan_mb_per_s", "read all in order"), ("shuffle_mb_per_s", "read all in a random order") })
        {
            rows.AddRange(Sizes.All.SelectMany(size => Storing.Peers.Append("exr-zip")
                .Where(way => samples.Has($"{way}-{size.Name}.{measure}"))
                .Select(way => Against(samples, $"{size.Name}, {name}, shard : {way}", $"shard-{size.Name}.{measure}", $"{way}-{size.Name}.{measure}", "MB/s", null))));
        }

        rows.AddRange(Inspecting.Sizes.Select(size => Against(samples, $"{size}, inspect : copy in memory, one core", $"inspect-{size}.mb_per_s", "memcpy.mb_per_s", "MB/s", 0.5)));
        rows.AddRange(Transferring.Ways
            .Select(way => Against(samples, $"256 MB bundle, {way.Replace('_', ' ')} : cp + SHA-256", $"share.{way}_mb_per_s", "share.cp_sha256_mb_per_s", "MB/s", 0.7)));
        rows.Add(Against(samples, "256 MB bundle, push registry : one PUT, which nothing resumes", "share.push_registry_mb_per_s", "share.put_registry_mb_per_s", "MB/s", null));
        rows.Add(Against(samples, "256 MB bundle, pull folder : cp + sync + SHA-256", "share.pull_folder_mb_per_s", "share.cp_sync_sha256_mb_per_s", "MB/s", null));
        return rows;
    }

    /// <summary>As it stands in <c>bench.json</c>.</summary>
    public JObject ToJson() => new()
    {
        ["name"] = Name, ["ours"] = Ours, ["peer"] = Peer, ["ratio"] = Ratio, ["unit"] = Unit, ["goal"] = Goal, ["holds"] = Holds,
    };

    // Issue 4 names them of the whole, and EXR of 1080p; of webdataset its own writer, where it is there.
    private static double? StoreGoal(string way) => way == $"{Storing.Peers[0]}+sha256" ? 3 : way switch { "hdf5-gzip" => 30, "exr-zip" => 10, _ => null };

    private static BenchRow Against(Samples samples, string name, string ours, string peer, string unit, double? goal)
    {
        var ratio = samples.Ratio(ours, peer);
        return new(name, samples[ours], samples[peer], ratio, unit, goal is { } g ? FormattableString.Invariant($"ratio >= {g}") : null, goal is null ? null : ratio >= goal);
    }

    private static BenchRow Below(Samples samples, string name, string ours, string unit, double? goal) =>
        new(name, samples[ours], null, null, unit, goal is { } g ? FormattableString.Invariant($"ours < {g}") : null, goal is null ? null : samples[ours] < goal);
}
