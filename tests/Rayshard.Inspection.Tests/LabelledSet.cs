using System.Diagnostics;
using Newtonsoft.Json.Linq;
using Rayshard.Execution;

[assembly: AssemblyFixture(typeof(Rayshard.Inspection.Tests.LabelledSet))]

namespace Rayshard.Inspection.Tests;

/// <summary>A picture or array whose past is known.</summary>
/// <param name="Name">Scene and route.</param>
/// <param name="Scene">The scene.</param>
/// <param name="IsLossy">Whether the route lost something.</param>
/// <param name="Found">What the inspection said, told nothing but the numbers and, of the ramp, the scene.</param>
/// <param name="Declared">The number format that the file declares.</param>
internal sealed record LabelledCase(string Name, string Scene, bool IsLossy, Inspection Found, string Declared);

/// <summary>The labelled set, made once by the pinned Blender, and read and judged.</summary>
public sealed class LabelledSet : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rayshard-").FullName;
    private readonly Lazy<Task<IReadOnlyList<LabelledCase>>> _cases;

    public LabelledSet() => _cases = new(MakeAsync);

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Where the cases' files are, once they are made.</summary>
    internal string Folder => _folder;

    /// <summary>All cases; made the first time.</summary>
    internal Task<IReadOnlyList<LabelledCase>> CasesAsync()
    {
        TestMachine.NeedsBlender();
        return _cases.Value;
    }

    private async Task<IReadOnlyList<LabelledCase>> MakeAsync()
    {
        await MakePicturesAsync();
        var cases = JArray.Parse(await File.ReadAllTextAsync(Path.Combine(_folder, "cases.json")));
        var files = cases.Select(one => one.Value<string>("file")!).ToList();
        var pictures = files.Where(file => Path.GetExtension(file) != ".npy").ToList();
        var read = await TestMachine.Kit.ReadPicturesAsync(TestMachine.Experiment("ramp"), pictures, Directory.CreateDirectory(Path.Combine(_folder, "read")).FullName, default);
        var arrays = pictures.Zip(read).ToDictionary(pair => pair.First, pair => pair.Second);
        return [.. cases.Select(one =>
        {
            var (file, scene) = (one.Value<string>("file")!, one.Value<string>("scene")!);
            var passes = arrays.GetValueOrDefault(file);

            // The format that a file declares is kept from it: the numbers alone must tell.
            List<PictureArray> blind = passes is null ? [new(file)] : [.. passes.Select(pass => new PictureArray(pass.Npy, null, pass.Pass, pass.Channels))];
            return new LabelledCase(one.Value<string>("name")!, scene, one.Value<bool>("lossy"), Inspector.OfPicture(file, blind, scene == "ramp"), passes?[0].Declared ?? "float32");
        })];
    }

    private async Task MakePicturesAsync()
    {
        using var blender = Process.Start(new ProcessStartInfo("blender")
        {
            ArgumentList =
            {
                "--background", "--factory-startup", "-noaudio", "--python-exit-code", "1",
                "--python", Path.Combine(TestMachine.Root, "tests", "Rayshard.Inspection.Tests", "labelled.py"), "--",
                _folder, Path.Combine(TestMachine.Experiment("ramp").Folder, "scene.py"),
            },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (said, errors) = (blender.StandardOutput.ReadToEndAsync(), blender.StandardError.ReadToEndAsync());
        await blender.WaitForExitAsync();
        Assert.True(blender.ExitCode == 0, await said + await errors);
    }
}
