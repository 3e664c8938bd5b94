using System.Diagnostics;
using System.Runtime.InteropServices;
using Newtonsoft.Json.Linq;
using Rayshard.Sharing.Exports;
using Rayshard.Storage;
using Rayshard.Tests.Storage;

namespace Rayshard.Sharing.Tests;

/// <summary>Exports, opened by the readers that others use. The floats are random bits: NaN of every kind, infinities, subnormal numbers.</summary>
public class ExportTests
{
    private const string Tag = "bé, \"x\"";

    public static TheoryData<ExportFormat> Formats => [.. Enum.GetValues<ExportFormat>()];

    [Theory]
    [InlineData(ExportFormat.Hdf5)]
    [InlineData(ExportFormat.Zarr)]
    [InlineData(ExportFormat.Npz)]
    public void One_array_per_pass_has_every_bit_and_one_per_parameter_its_values(ExportFormat format)
    {
        using var folder = new TemporaryFolder();
        var stored = Stored(folder);
        Assert.Equal(40, Exporter.Run(stored, new(), format, folder["out"], default));
        var found = Read(format, folder["out"]);
        ExpectPasses(stored, found, Enumerable.Range(0, 40));
        Assert.Equal("synthetic", found["experiment"]!);
        foreach (var (i, parameter) in stored.Experiment.Parameters.Index())
        {
            var expected = new JArray(Enumerable.Range(0, 40).Select(row => stored.Plan.At(row).Values[i]).Select(value => format == ExportFormat.Hdf5 && value.Kind == ValueKind.Boolean ? new JValue(value.ToString() == "true" ? 1 : 0) : value.ToJson()));
            Assert.Equal(expected.ToString(), found["columns"]![parameter.Name]!.ToString());
        }

        Assert.Equal(Enumerable.Range(0, 40).Select(row => stored.Plan.At(row).Key.ToString()), found["columns"]!["frame"]!.Values<string>());
        Assert.Equal(Enumerable.Range(0, 40).Select(row => Synthetic.Render(stored.Experiment, stored.Plan.At(row)).Record.Address.ToString()), found["columns"]!["record"]!.Values<string>());
    }

    [Fact]
    public void OpenEXR_reads_every_bit_and_the_parameters()
    {
        using var folder = new TemporaryFolder();
        var stored = Stored(folder);
        Exporter.Run(stored, new(), ExportFormat.Exr, folder["out"], default);
        var found = Read(ExportFormat.Exr, folder["out"]);
        ExpectPasses(stored, found, Enumerable.Range(0, 40));
        Assert.Equal(Tag, found["rows"]![39]!["tag"]!);
        Assert.Equal(["39", "1000", "0"], new[] { "index", "light", "colour_0" }.Select(name => found["rows"]![39]!.Value<string>(name)));
    }

    [Fact]
    public void A_PNG_has_what_is_left_after_clipping_and_quantising()
    {
        using var folder = new TemporaryFolder();
        var stored = Stored(folder);
        Exporter.Run(stored, new(), ExportFormat.Png16, folder["out"], default);
        var found = Read(ExportFormat.Png16, folder["out"]);
        for (var pass = 0; pass < 2; pass++)
        {
            var values = Enumerable.Range(0, 40).SelectMany(row => MemoryMarshal.Cast<byte, float>(Synthetic.Render(stored.Experiment, stored.Plan.At(row)).Blobs[pass].Span[Npy.HeaderBytes..]).ToArray())
                .Select(value => value >= 1 ? ushort.MaxValue : value > 0 ? (ushort)Math.Round(value * 65535.0) : (ushort)0).ToArray();
            Assert.True(values.Distinct().Count() > 100);
            Assert.Equal(Digest.Of(MemoryMarshal.AsBytes<ushort>(values)).ToString(), found["passes"]![pass == 0 ? "combined" : "rgb"]!);
        }
    }

    [Fact]
    public void A_selection_exports_no_more_than_it_says()
    {
        using var folder = new TemporaryFolder();
        var stored = Stored(folder);
        Assert.Equal(Matching(stored).Count(), Exporter.Run(stored, new() { Frames = "0-19", Passes = "rgb", Where = "light > 500 and flag == true and count == 1" }, ExportFormat.Npz, folder["none"], default));
        Exporter.Run(stored, new() { Frames = "3,8-9", Passes = "rgb" }, ExportFormat.Npz, folder["out"], default);
        var found = Read(ExportFormat.Npz, folder["out"]);
        Assert.Equal([3, 8, 9], found["columns"]!["index"]!.Values<int>());
        Assert.Equal(["rgb"], ((JObject)found["passes"]!).Properties().Select(pass => pass.Name));
        Assert.Equal(ExitCode.NotFound, Assert.Throws<RayshardException>(() => Exporter.Run(stored, new() { Where = "light > 5000" }, ExportFormat.Npz, folder["no"], default)).ExitCode);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void An_export_that_did_not_end_leaves_nothing_and_what_a_killed_one_left_goes(ExportFormat format)
    {
        using var folder = new TemporaryFolder();
        using var outputs = new TemporaryFolder();
        var stored = Stored(folder);
        long offset;
        using (var reader = ShardReader.Open(stored.ShardPath(2)))
        {
            offset = reader.Layout.BlobOffset(reader.Frames[1], 0) + 300;
        }

        Flip(stored.ShardPath(2), offset);
        Assert.Throws<DamagedShardException>(() => Exporter.Run(stored, new(), format, outputs["out"], default));
        Assert.Empty(Directory.EnumerateFileSystemEntries(outputs.Path));

        Flip(stored.ShardPath(2), offset);
        Directory.CreateDirectory(Path.Combine(outputs.Path, ".out.rayshard-partial", "passes"));
        File.WriteAllText(Path.Combine(outputs.Path, ".out.rayshard-partial", "passes", "left"), "");
        Exporter.Run(stored, new(), format, outputs["out"], default);
        Assert.Equal(["out"], Directory.EnumerateFileSystemEntries(outputs.Path).Select(Path.GetFileName));
        Assert.False(File.Exists(Path.Combine(outputs["out"], "passes", "left")));
        Assert.Equal(ExitCode.AskedWrongly, Assert.Throws<RayshardException>(() => Exporter.Run(stored, new(), format, outputs["out"], default)).ExitCode);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void An_output_below_a_file_is_said_to_be_none(ExportFormat format)
    {
        using var folder = new TemporaryFolder();
        using var outputs = new TemporaryFolder();
        var stored = Stored(folder);
        File.WriteAllText(outputs["file"], "");

        var refused = Assert.Throws<RayshardException>(() => Exporter.Run(stored, new(), format, outputs["file/out"], default));

        Assert.StartsWith($"{outputs["file/out"]}: can't be written: ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_never_rendered_is_told_to_be_rendered_first()
    {
        using var folder = new TemporaryFolder();
        var experiment = Synthetic.Experiment(lights: 5);
        var stored = StoredExperiment.At(folder.Path, experiment, new(experiment));

        var refused = Assert.Throws<RayshardException>(() => Exporter.Run(stored, new(), ExportFormat.Npz, folder["out"], default));

        Assert.Equal(ExitCode.NotFound, refused.ExitCode);
        Assert.Contains("render it first", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    private static IEnumerable<int> Matching(StoredExperiment stored) => Enumerable.Range(0, 20).Where(row => stored.Plan.At(row).Values is var values
        && values[0].Numbers.Single() > 500 && values[3].ToString() == "true" && values[4].Numbers.Single() == 1);

    private static StoredExperiment Stored(TemporaryFolder folder)
    {
        var experiment = Synthetic.Experiment(lights: 5);
        experiment = experiment with
        {
            Parameters = [.. experiment.Parameters, new("tag") { List = ["a", Tag], Source = default }, new("flag") { List = [true, false], Source = default }, new("count") { List = [1], Source = default }],
        };
        return Synthetic.RenderedStore(folder, experiment);
    }

    private static void ExpectPasses(StoredExperiment stored, JObject found, IEnumerable<int> rows)
    {
        foreach (var (name, pass, channels) in new[] { ("combined", 0, 4), ("rgb", 1, 3) })
        {
            var bytes = rows.SelectMany(row => Synthetic.Render(stored.Experiment, stored.Plan.At(row)).Blobs[pass].Span[Npy.HeaderBytes..].ToArray()).ToArray();
            Assert.Equal(new JArray(new JArray(rows.Count(), 6, 7, channels), Digest.Of(bytes).ToString()).ToString(), found["passes"]![name]!.ToString());
        }
    }

    private static void Flip(string path, long offset)
    {
        using var file = File.Open(path, FileMode.Open);
        file.Position = offset;
        var was = file.ReadByte();
        file.Position = offset;
        file.WriteByte((byte)(was ^ 1));
    }

    private static JObject Read(ExportFormat format, string path)
    {
        string[] arguments = [Path.Combine(AppContext.BaseDirectory, "interop", "read_export.py"), format.ToString().ToLowerInvariant(), path];
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/python3", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors.GetAwaiter().GetResult());
        return JObject.Parse(output);
    }
}
