using System.Globalization;
using System.Text;
using Rayshard.Blender;
using Rayshard.Storage;
using VerifyTests;

namespace Rayshard.Execution.Tests;

/// <summary>
/// What the shipped experiments give on the pinned toolchain, to the bit, kept for each CPU class. On a class without a snapshot the
/// nearest one is the measure, within a tolerance, and that is said aloud.
/// </summary>
public sealed class SnapshotTests(ShippedStore store)
{
    [Theory]
    [InlineData("first-light")]
    [InlineData("passes")]
    [InlineData("ramp")]
    public async Task Frames(string experiment)
    {
        await store.RenderedAsync();
        var resolved = ShippedStore.Experiments[experiment].Experiment;
        var cpu = CpuClass.Of(resolved.CpuKernel).ToString();
        var settings = new VerifySettings();
        settings.UseTextForParameters($"{experiment}.{resolved.Toolchain}.{cpu}");
        var received = Describe(resolved, cpu);

        var known = Directory.GetFiles(Folder, $"SnapshotTests.Frames_{experiment}.{resolved.Toolchain}.*.verified.txt").Order(StringComparer.Ordinal).ToList();
        if (known.Count == 0 || known.Exists(file => file.EndsWith($".{cpu}.verified.txt", StringComparison.Ordinal)))
        {
            await VerifyXunit.Verifier.Verify(received, settings);
            return;
        }

        var nearest = known.Find(file => file.Contains($".{cpu.Split('+')[0]}+", StringComparison.Ordinal)) ?? known[0];
        var grade = SnapshotGrade.Of(await File.ReadAllTextAsync(nearest), received);
        await Console.Error.WriteLineAsync($"WARNING: CPU class {cpu} has no snapshot of '{experiment}'. Graded against {Path.GetFileName(nearest)}: {grade}");
        TestContext.Current.AddWarning($"no snapshot for CPU class {cpu}; graded against the nearest: {grade}");
        Assert.True(grade.IsWithinTolerance, grade.ToString());
    }

    [Fact]
    public async Task Headers()
    {
        await store.RenderedAsync();
        using var shard = store.Open("ramp");
        using var file = File.OpenRead(shard.Shard.Path);
        var text = new StringBuilder();
        var header = new byte[512];
        for (var at = 0L; at < file.Length;)
        {
            file.Position = at;
            file.ReadExactly(header);
            if (header[0] == 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"trailer of {file.Length - at} bytes\n");
                break;
            }

            // The names hold digests of pixels; all the rest is the format.
            var line = Encoding.ASCII.GetString(header).Replace('\0', '.').TrimEnd('.');
            text.Append(CultureInfo.InvariantCulture, $"{new string('x', 64)}{line[(line.StartsWith("__", StringComparison.Ordinal) ? 0 : 64)..]}\n");
            at += 512 + ((Convert.ToInt64(Encoding.ASCII.GetString(header, 124, 11), 8) + 511) / 512 * 512);
        }

        await VerifyXunit.Verifier.Verify(SnapshotGrade.WithoutChecksums(text.ToString()));
    }

    private static string Folder => Path.Combine(TestMachine.Root, "tests", "Rayshard.Execution.Tests");

    private string Describe(Experiment experiment, string cpu)
    {
        using var shard = store.Open(experiment.Name);
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
