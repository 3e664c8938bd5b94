using Newtonsoft.Json.Linq;

namespace Rayshard.Blender;

/// <summary>A picture, or one pass of a picture with several, as Blender read it.</summary>
/// <param name="Npy">The array: float32, height x width x channels, top row first.</param>
/// <param name="Declared">The number format that the picture's file declares, by NumPy's name.</param>
/// <param name="Pass">Layer and pass, as in <c>ViewLayer.Depth</c>; absent where the picture is one.</param>
/// <param name="Channels">Labels of the pass's channels, in the array's order; absent where the picture is one.</param>
public sealed record Picture(string Npy, string Declared, string? Pass, IReadOnlyList<string>? Channels);

/// <summary>Has a toolchain's Blender read pictures, EXR, PNG, TIFF and what else it knows, without colour management.</summary>
public static class PictureReader
{
    /// <summary>Reads pictures in one Blender.</summary>
    /// <param name="toolchain">The toolchain.</param>
    /// <param name="files">The pictures; they exist.</param>
    /// <param name="folder">Where the arrays go; it exists.</param>
    /// <param name="now">Set to end at once.</param>
    /// <returns>Of each file, in their order, its passes: one, but of a multi-layer EXR.</returns>
    /// <exception cref="RayshardException">A file is no picture that Blender reads (<see cref="ExitCode.AskedWrongly"/>), or Blender failed.</exception>
    public static async Task<IReadOnlyList<IReadOnlyList<Picture>>> ReadAsync(Toolchain toolchain, IReadOnlyList<string> files, string folder, CancellationToken now)
    {
        using var run = RunFolder.Create(null, 0);
        var own = run.Make("reader");
        var copies = CopyAll(files, Directory.CreateDirectory(Path.Combine(own, "in")).FullName);
        var written = Directory.CreateDirectory(Path.Combine(own, "out")).FullName;
        var command = toolchain.Script(Path.Combine("inspect", "picture.py"));
        string[] arguments = [.. copies.Select((copy, i) => (string[])[copy, Path.Combine(written, $"{i}")]).SelectMany(pair => pair)];
        var log = Path.Combine(folder, "blender.log");
        using var blender = await ProcessGroup.StartAsync(command.Launch(arguments, own, log)).ConfigureAwait(false);
        using (now.Register(blender.Kill))
        {
            var code = await blender.Exited.ConfigureAwait(false);
            now.ThrowIfCancellationRequested();
            if (code != 0)
            {
                throw new RayshardException(ExitCode.Failed, $"Blender ended with code {code} while it read '{files[0]}'{(files.Count > 1 ? " and others" : "")}: see {log}");
            }
        }

        return [.. files.Select((file, i) => Take(file, Path.Combine(written, $"{i}"), Path.Combine(folder, $"{i}")))];
    }

    // Copied to where the sandbox may read: a picture may lie anywhere.
    private static List<string> CopyAll(IReadOnlyList<string> files, string folder)
    {
        var copies = new List<string>();
        foreach (var file in files)
        {
            var copy = Path.Combine(folder, $"{copies.Count}{Path.GetExtension(file)}");
            File.Copy(file, copy);
            copies.Add(copy);
        }

        return copies;
    }

    private static List<Picture> Take(string file, string written, string array)
    {
        var said = JObject.Parse(File.ReadAllText(written + ".json"));
        if (said.Value<string>("refused") is { } reason)
        {
            throw new RayshardException(ExitCode.AskedWrongly, $"--file={file}: no picture that can be inspected: {reason.Split('\n')[0]}");
        }

        return [.. said["passes"]!.Select((pass, i) =>
        {
            var npy = $"{array}.{i}.npy";
            File.Move($"{written}.{i}.npy", npy, overwrite: true);
            return new Picture(npy, pass.Value<string>("declared")!, pass.Value<string>("pass"), pass["channels"]?.ToObject<List<string>?>());
        })];
    }
}
