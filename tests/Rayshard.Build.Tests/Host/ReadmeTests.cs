using System.Globalization;
using Newtonsoft.Json.Linq;

namespace Rayshard.Build.Tests.Host;

/// <summary>The README's table of speeds says what stands in the results of <c>Bench</c> beside it, and nothing older.</summary>
public sealed class ReadmeTests
{
    [Theory]
    [InlineData("two Blenders that render and throw the pixels away", "64, kit : bare loop")]
    [InlineData("a render call per frame, EXR 32 ZIP, in two Blenders of one thread", "64, kit : render call + EXR 32 ZIP")]
    [InlineData("the same in one Blender of two threads, as most run it", "64, kit : render call + EXR 32 ZIP, in one Blender of two threads")]
    [InlineData("EXR in memory, read back, HDF5 gzip, as BlenderProc does it", "64, kit : EXR in memory, read, HDF5 gzip (as BlenderProc)")]
    [InlineData("the Viewer, `numpy.save`", "64, kit : Viewer, np.save")]
    [InlineData("the Viewer, `list(pixels)`, `numpy.save`", "64, kit : Viewer, list(pixels), np.save")]
    [InlineData("a process per frame", "64, kit : a process per frame")]
    public void Its_speeds_are_those_of_the_results(string line, string row)
    {
        var lines = File.ReadAllLines(Repository.Path("README.md"));
        var rows = JObject.Parse(File.ReadAllText(Repository.Path("tests/Rayshard.Bench/results/bench.json")))["rows"]!;
        var measured = rows.Single(found => found.Value<string>("name") == row);

        Assert.Contains($"| the kit, two Workers | {Rounded(measured.Value<double>("ours"))} | |", lines);
        Assert.Contains($"| {line} | {Rounded(measured.Value<double>("peer"))} | {Two(measured.Value<double>("ratio"))} |", lines);
    }

    // Frames a second: whole ones, of few two digits.
    private static string Rounded(double value) => value >= 100 ? value.ToString("F0", CultureInfo.InvariantCulture) : Two(value);

    private static string Two(double value)
    {
        var step = Math.Pow(10, Math.Floor(Math.Log10(value)) - 1);
        return (Math.Round(value / step) * step).ToString(step >= 1 ? "F0" : step > 0.05 ? "F1" : "F2", CultureInfo.InvariantCulture);
    }
}
