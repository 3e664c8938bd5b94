namespace Rayshard.Tests.Core;

/// <summary>What the build does with the experiments of a folder.</summary>
public sealed class ExperimentBuildTests : IDisposable
{
    private const string Good = """
        { "name": "good", "toolchain": "debian-12", "scene": { "file": "scene.py" },
          "render": { "width": 8, "height": 8, "samples": 1 }, "passes": [ { "pass": "combined" } ] }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("rayshard-").FullName;

    private string Output => Path.Combine(_folder, "resolved");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_hand_written_experiment_is_resolved_and_one_that_is_gone_is_taken_away()
    {
        Write("good", Good);
        Directory.CreateDirectory(Path.Combine(Output, "gone"));

        var (code, errors) = Run();

        Assert.Equal((ExitCode.Done, ""), (code, errors));
        var (experiment, folder) = Assert.Single(ExperimentBuild.Read(Output)).Value;
        Assert.Equal("good", experiment.Name);
        Assert.Equal(Path.Combine(_folder, "experiments", "good"), folder);
        Assert.True(File.Exists(Path.Combine(Output, "experiment.schema.json")));
    }

    [Fact]
    public void A_wrong_experiment_is_an_error_with_file_and_line_and_leaves_what_was_there()
    {
        Write("good", Good);
        Run();
        Write("wrong", Good.Replace("good", "wrong", StringComparison.Ordinal).Replace("\"samples\": 1", "\"samples\": 0", StringComparison.Ordinal));

        var (code, errors) = Run();

        Assert.Equal(ExitCode.AskedWrongly, code);
        Assert.Matches(@"wrong/experiment\.json\(2\): error RAY001: render\.samples: ", errors);
        Assert.Equal("good", Assert.Single(ExperimentBuild.Read(Output)).Key);
    }

    [Fact]
    public void Without_a_build_there_is_nothing_to_read() =>
        Assert.Equal(ExitCode.NotFound, Assert.Throws<RayshardException>(() => ExperimentBuild.Read(Output)).ExitCode);

    private void Write(string name, string json)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "experiments", name)).FullName;
        File.WriteAllText(Path.Combine(folder, "scene.py"), "def build(): pass\n");
        File.WriteAllText(Path.Combine(folder, "experiment.json"), json);
    }

    private (ExitCode Code, string Errors) Run()
    {
        using var errors = new StringWriter();

        // This test's own assembly: it has no typed experiments.
        return (ExperimentBuild.Run(Path.Combine(_folder, "experiments"), Output, typeof(ExperimentBuildTests).Assembly, errors), errors.ToString());
    }
}
