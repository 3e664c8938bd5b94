using System.Diagnostics;
using Rayshard.Storage;
using Rayshard.Tests.Storage;

namespace Rayshard.Sharing.Tests;

/// <summary>A store with synthetic frames, a scene folder and room for bundles; gone when the test is.</summary>
internal sealed class Workshop : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public Workshop(int lights = 9, string name = "synthetic", int framesPerShard = 4, int side = 6, Func<Experiment, Experiment>? with = null)
    {
        Experiment = Synthetic.Experiment(lights, framesPerShard, name, side: side) with
        {
            About = new() { License = "CC-BY-4.0", Authors = [new("Ada Lovelace", "0000-0002-1825-0097"), new("Grace \"H.\" Hopper")], Published = "2026-11-25", Citation = "Lovelace et al., 2026" },
            Toolchain = "debian-12",
        };
        Experiment = with?.Invoke(Experiment) ?? Experiment;
        Directory.CreateDirectory(_folder["scene"]);
        Directory.CreateDirectory(_folder["blender/locks"]);
        File.WriteAllText(_folder["scene/scene.py"], "scene");
        File.WriteAllText(_folder["blender/locks/debian-12.lock"], "a lock\n");
        using var store = Store.Open(_folder["store"]);
        Synthetic.RenderAll(store, Experiment);
    }

    public Experiment Experiment { get; }

    public FramePlan Plan => new(Experiment);

    public StoredExperiment Stored => StoredExperiment.At(_folder["store"], Experiment, Plan);

    public string this[string name] => _folder[name];

    public BundleRequest Request => new() { Experiment = Experiment, SceneFolder = _folder["scene"], StoreFolder = _folder["store"], BlenderFolder = _folder["blender"] };

    public Bundle Bundle(string name = "bundle", FrameSelection? selection = null) =>
        new Bundler(Request with { Selection = selection ?? new() }).WriteAsync(_folder[name], CancellationToken.None).GetAwaiter().GetResult();

    public void Dispose() => _folder.Dispose();

    /// <summary>Runs a program to its end; its output, where that is 0.</summary>
    public static string Run(string folder, string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["PYTHONDONTWRITEBYTECODE"] = "1" } })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {output}{errors.GetAwaiter().GetResult()}");
        return output.TrimEnd('\n');
    }
}
