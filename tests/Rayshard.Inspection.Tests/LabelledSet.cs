using System.Diagnostics;
using Newtonsoft.Json.Linq;
using Rayshard.Execution;

[assembly: AssemblyFixture(typeof(Rayshard.Inspection.Tests.LabelledSet))]

namespace Rayshard.Inspection.Tests;

/// <summary>A picture or array whose past is known.</summary>
/// <param name="Name">Scene and route.</param>
/// <param name="Scene">The scene.</param>
/// <param name="Past">Whether the route lost something, and whether the numbers can show it.</param>
/// <param name="Found">What the inspection said, told nothing but the numbers and, of the ramp, the scene.</param>
/// <param name="Declared">The number format that the file declares.</param>
internal sealed record LabelledCase(string Name, string Scene, Past Past, Inspection Found, string Declared);

/// <summary>What a route did to the numbers.</summary>
internal enum Past
{
    /// <summary>Nothing.</summary>
    Honest,

    /// <summary>It lost something.</summary>
    Lossy,

    /// <summary>It lost something in float32, all of whose bits are used: no number shows it.</summary>
    Unseen,
}

/// <summary>The labelled sets, each made once by the pinned Blender, and read and judged.</summary>
public sealed class LabelledSet : IAsyncDisposable
{
    private const string Colors = "usr/share/blender/datafiles/colormanagement/config.ocio";

    private readonly string _folder = Directory.CreateTempSubdirectory("rayshard-").FullName;
    private readonly Lazy<Task<IReadOnlyList<LabelledCase>>> _tuned;
    private readonly Lazy<Task<IReadOnlyList<LabelledCase>>> _heldOut;

    public LabelledSet()
    {
        _tuned = new(() => MakeAsync("labelled.py", null));
        _heldOut = new(async () => await MakeAsync("held_out.py", Path.Combine(await NewerRootAsync(), Colors)));
    }

    /// <summary>Where the files of <see cref="CasesAsync"/> are, once they are made.</summary>
    internal string Folder => FolderOf("labelled.py");

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>The cases that the inspection's thresholds were chosen with; made the first time.</summary>
    internal Task<IReadOnlyList<LabelledCase>> CasesAsync()
    {
        TestMachine.NeedsBlender();
        return _tuned.Value;
    }

    /// <summary>The cases that no threshold was chosen with; made the first time.</summary>
    internal Task<IReadOnlyList<LabelledCase>> HeldOutAsync()
    {
        TestMachine.NeedsBlender();
        return _heldOut.Value;
    }

    // Blender 3.4.1 has no AgX. Its own code does it all the same when it is given the colour configuration of Blender 4.3.2.
    private static async Task<string> NewerRootAsync()
    {
        var ramp = TestMachine.Experiment("ramp");
        return (await TestMachine.Kit.ProvisionAsync([ramp with { Experiment = ramp.Experiment with { Toolchain = "debian-13" } }], default)).Single().Place!;
    }

    private async Task<IReadOnlyList<LabelledCase>> MakeAsync(string script, string? colors)
    {
        var folder = FolderOf(script);
        Directory.CreateDirectory(Path.Combine(folder, "read"));
        await MakePicturesAsync(script, folder, colors);
        var cases = JArray.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "cases.json")));
        var files = cases.Select(one => one.Value<string>("file")!).ToList();
        var pictures = files.Where(file => Path.GetExtension(file) != ".npy").ToList();
        var read = await TestMachine.Kit.ReadPicturesAsync(TestMachine.Experiment("ramp"), pictures, Path.Combine(folder, "read"), default);
        var arrays = pictures.Zip(read).ToDictionary(pair => pair.First, pair => pair.Second);
        return [.. cases.Select(one =>
        {
            var (file, scene) = (one.Value<string>("file")!, one.Value<string>("scene")!);
            var passes = arrays.GetValueOrDefault(file);

            // The format that a file declares is kept from it: the numbers alone must tell.
            List<PictureArray> blind = passes is null ? [new(file)] : [.. passes.Select(pass => new PictureArray(pass.Npy, null, pass.Pass, pass.Channels))];
            var past = one.Value<bool?>("lossy") switch { true => Past.Lossy, false => Past.Honest, null => Past.Unseen };
            return new LabelledCase(one.Value<string>("name")!, scene, past, Inspector.OfPicture(file, blind, scene == "ramp"), passes?[0].Declared ?? "float32");
        })];
    }

    private static async Task MakePicturesAsync(string script, string folder, string? colors)
    {
        var start = new ProcessStartInfo("blender")
        {
            ArgumentList =
            {
                "--background", "--factory-startup", "-noaudio", "--python-exit-code", "1",
                "--python", Path.Combine(TestMachine.Root, "tests", "Rayshard.Inspection.Tests", script), "--",
                folder, Path.Combine(TestMachine.Experiment("ramp").Folder, "scene.py"),
            },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["PYTHONDONTWRITEBYTECODE"] = "1" },
        };
        if (colors is not null)
        {
            start.Environment["OCIO"] = colors;
        }

        using var blender = Process.Start(start)!;
        var (said, errors) = (blender.StandardOutput.ReadToEndAsync(), blender.StandardError.ReadToEndAsync());
        await blender.WaitForExitAsync();
        Assert.True(blender.ExitCode == 0, await said + await errors);
    }

    private string FolderOf(string script) => Path.Combine(_folder, Path.GetFileNameWithoutExtension(script));
}
