using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Rayshard.Blender;
using Rayshard.Storage;
using VerifyTests;

namespace Rayshard.Execution.Tests;

/// <summary>The frames of a shard against a snapshot that is kept for each toolchain and CPU class.</summary>
internal static class FrameSnapshot
{
    /// <summary>Compares to the bit; on a CPU class without a snapshot with the nearest one, within a tolerance, and says so aloud.</summary>
    /// <param name="experiment">The experiment that the shard is of.</param>
    /// <param name="shard">The shard.</param>
    /// <param name="sourceFile">The test's file; leave it to the compiler.</param>
    /// <param name="method">The test; leave it to the compiler.</param>
    public static async Task VerifyAsync(Experiment experiment, ShardReader shard, [CallerFilePath] string sourceFile = "", [CallerMemberName] string method = "")
    {
        var cpu = CpuClass.Of(experiment.CpuKernel).ToString();
        var parameters = $"{experiment.Name}.{experiment.Toolchain}";
        var received = Describe(experiment, shard, cpu);

        var snapshots = $"{Path.GetFileNameWithoutExtension(sourceFile)}.{method}_{parameters}.*.verified.txt";
        var known = Directory.GetFiles(Path.GetDirectoryName(sourceFile)!, snapshots).Order(StringComparer.Ordinal).ToList();
        if (known.Count == 0 || known.Exists(file => file.EndsWith($".{cpu}.verified.txt", StringComparison.Ordinal)))
        {
            var settings = new VerifySettings();
            settings.UseTextForParameters($"{parameters}.{cpu}");
            await VerifyXunit.Verifier.Verify(received, settings, sourceFile, method);
            return;
        }

        var nearest = known.Find(file => file.Contains($".{cpu.Split('+')[0]}+", StringComparison.Ordinal)) ?? known[0];
        var grade = SnapshotGrade.Of(await File.ReadAllTextAsync(nearest), received);
        await Console.Error.WriteLineAsync($"WARNING: CPU class {cpu} has no snapshot of '{parameters}'. Graded against {Path.GetFileName(nearest)}: {grade}");
        TestContext.Current.AddWarning($"no snapshot for CPU class {cpu}; graded against the nearest: {grade}");
        Assert.True(grade.IsWithinTolerance, grade.ToString());
    }

    private static string Describe(Experiment experiment, ShardReader shard, string cpu)
    {
        var text = new StringBuilder();
        Line($"experiment {experiment.Name}");
        Line($"toolchain {experiment.Toolchain}");
        Line($"cpu_class {cpu}");
        Line($"settings {new FramePlan(experiment).Settings}");
        Line($"shard {shard.Shard.Name} {shard.Shard.ComputeDigest()}");
        foreach (var entry in shard.Frames)
        {
            using var frame = shard.Read(entry);
            Line($"frame {entry.Index} {frame.Record.Address}");
            foreach (var pass in frame.Record.Passes)
            {
                Line($"  {pass.Name} {RecordedPass.Dtype} {pass.Height}x{pass.Width} {string.Join(",", pass.Channels)} {pass.Address}");
                if (entry.Index % 32 == 0)
                {
                    Line($"    means {SnapshotGrade.Means(ShippedStore.Pixels(frame, pass.Name), pass.Width, pass.Channels.Count)}");
                }
            }
        }

        return text.ToString();

        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }
}
