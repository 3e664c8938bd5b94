using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Rayshard.Tests.Core;

/// <summary>A wrong experiment is an error that names the file, the line, the field, the reason and what to do.</summary>
public sealed partial class ResolverTests : IDisposable
{
    private const string Good = """
        {
          "name": "mine",
          "toolchain": "debian-12",
          "scene": { "file": "scene.py" },
          "seed": 1,
          "parameters": [
            { "name": "energy", "path": "lights[\"Key\"].energy", "list": [1, 2.5] },
            { "name": "turn", "path": "objects[\"Cube\"].rotation_euler[2]", "linear": { "from": 0, "to": 1, "count": 5 } },
            { "name": "hue", "random": { "uniform": [0, 1], "count": 4 } }
          ],
          "render": { "width": 64, "height": 32, "samples": 4 },
          "passes": [ { "pass": "combined" } ],
          "capture": "passes"
        }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("rayshard-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Write(string text)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "mine")).FullName;
        File.WriteAllText(Path.Combine(folder, "scene.py"), "def build(): pass\n");
        File.WriteAllText(Path.Combine(folder, "experiment.json"), text);
        return Path.Combine(folder, "experiment.json");
    }

    private Diagnostic Fault(string old, string replacement)
    {
        Assert.Contains(old, Good, StringComparison.Ordinal);
        var path = Write(Good.Replace(old, replacement, StringComparison.Ordinal));
        return Assert.Throws<InvalidExperimentException>(() => ExperimentResolver.ResolveFile(path)).Diagnostics[0];
    }

    [Fact]
    public void A_good_experiment_resolves_to_canonical_json_that_resolves_to_itself()
    {
        var resolved = ExperimentResolver.ResolveFile(Write(Good));
        var canonical = ExperimentFile.Write(resolved);
        var again = ExperimentResolver.ResolveFile(Write(System.Text.Encoding.UTF8.GetString(canonical)));

        Assert.Equal(canonical, ExperimentFile.Write(again));
        Assert.Equal("1.0", resolved.Parameters[0].List![0].ToString());
        Assert.Equal(Digest.OfFile(Path.Combine(_folder, "mine", "scene.py")).ToString(), resolved.Scene.Files!["scene.py"]);
        Assert.Equal(40, new FramePlan(resolved).Count);
    }

    [Theory]
    [InlineData("\"name\": \"mine\"", "\"name\": \"Mine!\"", "name", "is no name", 2)]
    [InlineData("\"name\": \"mine\"", "\"name\": \"yours\"", "name", "is not the name of its folder", 2)]
    [InlineData("debian-12", "debian-99", "toolchain", "known are debian-11, debian-12", 3)]
    [InlineData("scene.py", "../scene.py", "scene.file", "not a plain path", 4)]
    [InlineData("scene.py", "nowhere.py", "scene.file", "there is no file", 4)]
    [InlineData("scene.py", "scene.txt", "scene.file", "neither a .py nor a .blend", 4)]
    [InlineData("lights[\\\"Key\\\"].energy", "lights[\\\"Key\\\"].enrgy", "parameters[0].path", "did you mean 'energy'", 7)]
    [InlineData("lights[\\\"Key\\\"].energy", "lamps[\\\"Key\\\"].energy", "parameters[0].path", "no collection 'lamps'", 7)]
    [InlineData("lights[\\\"Key\\\"].energy", "lights.energy()", "parameters[0].path", "is no data path", 7)]
    [InlineData("rotation_euler[2]", "rotation_euler[3]", "parameters[1].path", "beyond the array's 3 elements", 8)]
    [InlineData("rotation_euler[2]", "rotation_euler", "parameters[1].linear.from", "takes 3 numbers", 8)]
    [InlineData("[1, 2.5]", "[1, \"bright\"]", "parameters[0].list[1]", "not of the same kind", 7)]
    [InlineData("[1, 2.5]", "[\"dim\", \"bright\"]", "parameters[0].list[0]", "takes a float", 7)]
    [InlineData("[1, 2.5]", "[1, true]", "parameters[0].list[1]", "not of the same kind", 7)]
    [InlineData("[1, 2.5]", "[1, 1.0]", "parameters[0].list[1]", "is there twice", 7)]
    [InlineData("[1, 2.5]", "[]", "parameters[0].list", "the list is empty", 7)]
    [InlineData("[1, 2.5]", "[1, null]", "parameters[0].list[1]", "null is no item of a list", 7)]
    [InlineData("\"list\": [1, 2.5]", "\"unit\": \"W\"", "parameters[0]", "has no values", 7)]
    [InlineData("\"list\": [1, 2.5]", "\"list\": [1], \"linear\": {\"from\":0,\"to\":1,\"count\":2}", "parameters[0]", "in more than one way", 7)]
    [InlineData("\"count\": 5", "\"count\": 0", "parameters[1].linear.count", "less than 1", 8)]
    [InlineData("\"count\": 5", "\"count\": 250000000000", "parameters[1]", "the sweep has 500000000000 frames", 8)]
    [InlineData("\"count\": 5", "\"count\": \"many\"", "parameters[1].linear.count", "many", 8)]
    [InlineData("\"to\": 1,", "\"to\": 0,", "parameters[1].linear", "not all different", 8)]
    [InlineData("\"uniform\": [0, 1]", "\"uniform\": [1, 0]", "parameters[2].random.uniform", "low < high", 9)]
    [InlineData("\"uniform\": [0, 1],", "", "parameters[2].random", "exactly one of", 9)]
    [InlineData("\"hue\"", "\"energy\"", "parameters[2].name", "is there twice", 9)]
    [InlineData("\"width\": 64", "\"width\": 0", "render.width", "between 1 and 16384", 11)]
    [InlineData("\"width\": 64, ", "", "render", "width", 11)]
    [InlineData("\"samples\": 4", "\"samples\": 4, \"denoise\": true", "render.denoise", "without OpenImageDenoise", 11)]
    [InlineData("\"combined\"", "\"colour\"", "passes[0].pass", "there is no pass 'colour'", 12)]
    [InlineData("{ \"pass\": \"combined\" }", "", "passes", "no pass to store", 12)]
    [InlineData("{ \"pass\": \"combined\" }", "{ \"pass\": \"combined\", \"channels\": \"BGR\" }", "passes[0].channels", "RGB or RGBA", 12)]
    [InlineData("{ \"pass\": \"combined\" }", "{ \"pass\": \"combined\", \"layer\": \"x\" }", "passes[0].layer", "there is no view layer", 12)]
    [InlineData("{ \"pass\": \"combined\" }", "{ \"pass\": \"combined\" }, { \"pass\": \"combined\" }", "passes[1].name", "two passes are called", 12)]
    [InlineData("\"seed\": 1", "\"seed\": 1.5", "seed", "'1.5' is not a whole number", 5)]
    [InlineData("\"seed\": 1", "\"seed\": 99999999999999999999", "seed", "is not a whole number", 5)]
    [InlineData("\"width\": 64", "\"width\": \"64\"", "render.width", "is not a whole number", 11)]
    [InlineData("\"width\": 64", "\"width\": 9000000000", "render.width", "is not a whole number of this size", 11)]
    [InlineData("\"samples\": 4", "\"samples\": 4, \"denoise\": \"false\"", "render.denoise", "is not true or false", 11)]
    [InlineData("\"width\": 64, \"height\": 32", "\"width\": 16384, \"height\": 16384", "passes[0]", "make the frame smaller", 12)]
    [InlineData("{ \"pass\": \"combined\" }", "null", "passes[0]", "null is no item of a list", 12)]
    [InlineData("scene.py", "a\\u0000.py", "scene.file", "not a plain path", 4)]
    [InlineData("\"capture\": \"passes\"", "\"capture\": \"camera\"", "capture", "camera", 13)]
    [InlineData("\"seed\": 1", "\"sead\": 1", "sead", "sead", 5)]
    [InlineData("\"seed\": 1", "\"seed\": 1, \"seed\": 2", "seed", "seed", 5)]
    [InlineData("\"seed\": 1", "\"seed\": ", "(any)", "", 5)]
    public void A_fault_names_line_field_reason_and_remedy(string old, string replacement, string field, string reason, int line)
    {
        var fault = Fault(old, replacement);

        if (field != "(any)")
        {
            Assert.Equal(field, fault.Field);
        }

        Assert.Contains(reason, fault.Reason, StringComparison.Ordinal);
        Assert.Equal(line, fault.Where.Line);
        Assert.Matches(MsBuildError(), fault.ToString());
        Assert.DoesNotContain('\n', fault.ToString());
    }

    [Fact]
    public void Every_fault_is_listed_at_once()
    {
        var path = Write(Good.Replace("debian-12", "x", StringComparison.Ordinal).Replace("\"combined\"", "\"y\"", StringComparison.Ordinal));

        var e = Assert.Throws<InvalidExperimentException>(() => ExperimentResolver.ResolveFile(path));

        Assert.Equal(["toolchain", "passes[0].pass"], e.Diagnostics.Select(d => d.Field));
        Assert.Equal(ExitCode.AskedWrongly, e.ExitCode);
    }

    [Fact]
    public void A_trillion_frames_are_refused_at_once()
    {
        var watch = Stopwatch.StartNew();

        var fault = Fault("\"count\": 5", "\"count\": 500000000000");

        Assert.Contains("1000000000000 frames, more than the 1000000000", fault.Reason, StringComparison.Ordinal);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"took {watch.Elapsed}");
    }

    [Fact]
    public void A_typed_experiment_is_wrong_in_its_own_source_line()
    {
        var experiment = new Experiment
        {
            Name = "core",
            Toolchain = "debian-12",
            Scene = new() { File = "scene.py" },
            Parameters = [new("energy") { Path = """lights["Key"].enrgy""", List = [1.0] }],
            Render = new() { Width = 8, Height = 8, Samples = 1 },
            Passes = [new("combined")],
        };

        var e = Assert.Throws<InvalidExperimentException>(() => ExperimentResolver.Resolve(experiment));

        var fault = Assert.Single(e.Diagnostics, d => d.Field == "parameters[0].path");
        Assert.EndsWith("ResolverTests.cs", fault.Where.File, StringComparison.Ordinal);
        Assert.Equal(experiment.Parameters[0].Source.Line, fault.Where.Line);
        Assert.NotEqual(experiment.Source.Line, fault.Where.Line);
    }

    [GeneratedRegex(@"^.+\(\d+\): error RAY001: \S+: .+$")]
    private static partial Regex MsBuildError();
}
