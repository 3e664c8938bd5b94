using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Newtonsoft.Json.Linq;
using Rayshard.Execution;
using Rayshard.Storage;

namespace Rayshard.Bench;

/// <summary>
/// What does not render, against the number of frames: plan, configs, the catalog alone, store with catalog and Parquet tables, lookup, verifying. Each number has
/// a process of its own, whose peak memory is its alone. Frames are synthetic, of one pixel; the shards are real, but for those of the catalog alone.
/// </summary>
internal sealed class Scaling(string root, string output)
{
    // Of shard, tables and catalog for a frame of one pixel, rounded up. Sizes that the disk has no room for are not stored, and the plan alone goes on.
    private const long StoredBytes = 4500;

    // Of the catalog alone, while runs are merged that are all of it.
    private const long CatalogBytes = 300;

    // As many as a shard of 1 GiB has at 64x64.
    private const int CatalogShard = 16_384;

    // Some 7 us each.
    private const int MaxConfigs = 10_000_000;
    private const int Lookups = 10_000;

    private static readonly int[] s_sizes = [10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];

    /// <summary>Runs every size in a process of its own, and writes <c>scale.json</c> and <c>scale.svg</c>.</summary>
    public async Task RunAsync()
    {
        var rows = new JArray();
        Directory.CreateDirectory(output);
        foreach (var size in s_sizes)
        {
            var folder = Directory.CreateDirectory(Path.Combine(output, $"scale-{size}")).FullName;
            try
            {
                using var child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!)
                {
                    ArgumentList = { typeof(Scaling).Assembly.Location, root, folder, "scale", size.ToString(CultureInfo.InvariantCulture) },
                    RedirectStandardOutput = true,
                })!;
                var said = await child.StandardOutput.ReadToEndAsync();
                await child.WaitForExitAsync();
                if (child.ExitCode != 0)
                {
                    throw new RayshardException(ExitCode.Failed, $"{size} frames: the process ended with exit code {child.ExitCode}: {said}");
                }

                var row = JObject.Parse(said);
                rows.Add(row);
                Console.WriteLine(string.Join(", ", row.Properties().Select(p => $"{p.Name} {p.Value}")));
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        // From 10^5 on: smaller ones are mostly start-up. The last decade tells what a line through all of them would hide.
        var (exponents, last) = (Exponents(rows, points => points[0]), Exponents(rows, points => points[^2]));
        File.WriteAllText(Path.Combine(output, "scale.json"), new JObject { ["rows"] = rows, ["exponents"] = exponents, ["last_exponents"] = last }.ToString() + "\n");
        File.WriteAllText(Path.Combine(output, "scale.svg"), ScalePlot.Of(rows));
        Console.WriteLine($"Exponents from 10^5 on, and of the last decade (1: linear, 0: flat): {string.Join(", ", exponents.Properties().Select(p => $"{p.Name} {p.Value} {last[p.Name]}"))}");
        Console.WriteLine($"Not run: {string.Join("; ", [$"configs beyond {MaxConfigs:N0} frames", .. Lacking("storing", "store_s", StoredBytes), .. Lacking("the catalog of", "catalog_s", CatalogBytes)])}.");

        IEnumerable<string> Lacking(string what, string name, long bytes) => rows.Where(row => row[name] is null).Select(row => (long)row["frames"]!)
            .Select(size => string.Create(CultureInfo.InvariantCulture, $"{what} {size:N0} frames, {size * bytes / 1e9:N0} GB, for which the disk has no room"));
    }

    private static JObject Exponents(JArray rows, Func<List<JToken>, JToken> from)
    {
        var exponents = new JObject();
        foreach (var name in rows.SelectMany(row => ((JObject)row).Properties()).Select(p => p.Name).Where(name => name != "frames").Distinct())
        {
            var points = rows.Where(row => row[name] is not null && (long)row["frames"]! >= 100_000).ToList();
            if (points.Count > 1)
            {
                exponents[name] = Math.Round(Log(name, points) / Log("frames", points), 2);
            }
        }

        return exponents;

        double Log(string name, List<JToken> points) => Math.Log((double)points[^1][name]! / (double)from(points)[name]!);
    }

    /// <summary>Measures one size in this process.</summary>
    public async Task<JObject> MeasureAsync(int frames)
    {
        var row = new JObject { ["frames"] = frames };
        var experiment = SyntheticStore.Experiment(root, frames, side: 1, shardBytes: 64 << 20);
        FramePlan plan = null!;
        Time(row, "plan_s", () => plan = new(experiment));
        var random = new Random(7);
        Time(row, "plan_lookup_us", () =>
        {
            for (var i = 0; i < Lookups; i++)
            {
                plan.At(random.Next(frames));
            }
        }, 1e6 / Lookups);
        row["plan_peak_mib"] = PeakMib();
        if (frames <= MaxConfigs)
        {
            using var file = new StreamWriter(Stream.Null, new UTF8Encoding(false), bufferSize: 1 << 16);
            Time(row, "configs_s", () => Kit.WriteConfigs([new(experiment, output)], file, default));
            row["configs_peak_mib"] = PeakMib();
        }

        if (frames * StoredBytes < new DriveInfo(output).AvailableFreeSpace)
        {
            await StoreAsync(row, experiment, plan, random);
            Directory.Delete(Path.Combine(output, "store"), recursive: true);
        }

        if (frames * CatalogBytes < new DriveInfo(output).AvailableFreeSpace)
        {
            Catalog(row, frames);
        }

        return row;
    }

    // Each shard's rows are timed, not what makes them up.
    private void Catalog(JObject row, int frames)
    {
        ForgetPeak();
        var path = Path.Combine(output, "catalog.sqlite");
        using (var catalog = Storage.Catalog.Open(path))
        {
            var (known, memory, taken) = (new List<Digest>(), new FlatMemory(), 0L);
            for (var first = 0; first < frames; first += CatalogShard)
            {
                var held = Math.Min(CatalogShard, frames - first);
                var entries = Enumerable.Range(first, held).Select(index => new FrameEntry(index, Any(), Any(), 70_000L * (index - first), 1000, 0, default)).ToList();
                var begun = Stopwatch.GetTimestamp();
                catalog.Put("turning-cube-000000000000", new(string.Create(CultureInfo.InvariantCulture, $"turning-cube-{first:D9}.tar"), 1 << 30, Any(), first, held, held), entries);
                taken += Stopwatch.GetTimestamp() - begun;
                known.AddRange(entries.Where(entry => entry.Index % (frames / Lookups) == 0).Select(entry => entry.Frame));
                memory.Keep(shardsSealed: (first / CatalogShard) + 1);
            }

            row["catalog_s"] = Math.Round((double)taken / Stopwatch.Frequency, 4);
            Time(row, "catalog_hit_us", () => known.ForEach(frame => Found(catalog, frame, 1)), 1e6 / known.Count);
            var others = Enumerable.Range(0, Lookups).Select(_ => Any()).ToList();
            Time(row, "catalog_miss_us", () => others.ForEach(frame => Found(catalog, frame, 0)), 1e6 / Lookups);
            row["catalog_peak_mib"] = PeakMib();
        }

        File.Delete(path);

        static Digest Any() => Digest.FromBytes(RandomNumberGenerator.GetBytes(32));

        static void Found(Catalog catalog, Digest frame, int expected)
        {
            if (catalog.Find(frame).Count != expected)
            {
                throw new RayshardException(ExitCode.Failed, $"the catalog does not find frame {frame} {expected} times");
            }
        }
    }

    private async Task StoreAsync(JObject row, Experiment experiment, FramePlan plan, Random random)
    {
        var path = Path.Combine(output, "store");
        using (var store = Store.Open(path))
        {
            Time(row, "store_s", () => SyntheticStore.Fill(store, experiment, plan));
            var begun = Stopwatch.GetTimestamp();
            await store.IndexAsync(experiment, plan);
            row["index_s"] = Math.Round(Stopwatch.GetElapsedTime(begun).TotalSeconds, 4);
            row["store_peak_mib"] = PeakMib();
        }

        using (var store = Store.OpenReadOnly(path))
        {
            Time(row, "find_us", () =>
            {
                for (var i = 0; i < Lookups; i++)
                {
                    store.TryFind(plan.At(random.NextInt64(plan.Count)).Key)!.Dispose();
                }
            }, 1e6 / Lookups);
        }

        using (var mapped = MappedFrames.Open(path))
        {
            // Each shard's manifest is read when the first of its frames is asked for: a time of its own.
            Time(row, "map_s", () => _ = mapped.Indexes().Count());
            Time(row, "mapped_us", () =>
            {
                for (var i = 0; i < Lookups; i++)
                {
                    using var frame = mapped.TryGet(random.NextInt64(plan.Count))!;
                    _ = frame.Floats(0).Span[0];
                }
            }, 1e6 / Lookups);
            row["mapped_peak_mib"] = PeakMib();
        }

        ForgetPeak();
        var verifier = new Verifier(path, new() { Quick = true });
        Time(row, "verify_quick_s", () =>
        {
            if (verifier.Run().Any() || verifier.Counts.Frames != plan.Count)
            {
                throw new RayshardException(ExitCode.Failed, "the synthetic store does not verify");
            }
        });
        row["verify_peak_mib"] = PeakMib();
    }

    // So that what comes next is told apart from what was: the mapped shards' memory, for one, grows with the frames that were asked for.
    private static void ForgetPeak()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        Steady.ResetPeak();
    }

    private static void Time(JObject row, string name, Action work, double scale = 1)
    {
        var begun = Stopwatch.GetTimestamp();
        work();
        row[name] = Math.Round(Stopwatch.GetElapsedTime(begun).TotalSeconds * scale, 4);
    }

    private static long PeakMib() =>
        long.Parse(File.ReadLines("/proc/self/status").Single(line => line.StartsWith("VmHWM", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
}
