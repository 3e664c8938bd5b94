using Newtonsoft.Json.Linq;

namespace Rayshard.Blender;

/// <summary>A picture as Blender read it.</summary>
/// <param name="Npy">The array: float32, height x width x channels, top row first.</param>
/// <param name="Declared">The number format that the picture's file declares, by NumPy's name.</param>
public sealed record Picture(string Npy, string Declared);

/// <summary>Has a toolchain's Blender read pictures, EXR, PNG, TIFF and what else it knows, without colour management.</summary>
public static class PictureReader
{
    /// <summary>Reads pictures in one Blender.</summary>
    /// <param name="toolchain">The toolchain.</param>
    /// <param name="files">The pictures; they exist.</param>
    /// <param name="folder">Where the arrays go; it exists.</param>
    /// <param name="now">Set to end at once.</param>
    /// <returns>As many as there are files, in their order.</returns>
    /// <exception cref="RayshardException">A file is no picture that Blender reads (<see cref="ExitCode.AskedWrongly"/>), or Blender failed.</exception>
    public static async Task<IReadOnlyList<Picture>> ReadAsync(Toolchain toolchain, IReadOnlyList<string> files, string folder, CancellationToken now)
    {
        using var run = RunFolder.Create(null, 0);
        var copies = CopyAll(files, run.Make("in"));
        var written = run.Make("out");
        var command = toolchain.Script(Path.Combine("inspect", "picture.py"));
        string[] arguments = [.. copies.Select((copy, i) => (string[])[copy, Path.Combine(written, $"{i}.npy")]).SelectMany(pair => pair)];
        var log = Path.Combine(folder, "blender.log");
        using var blender = await ProcessGroup.StartAsync(command.Launch(arguments, run.Path, log)).ConfigureAwait(false);
        using (now.Register(blender.Kill))
        {
            var code = await blender.Exited.ConfigureAwait(false);
            now.ThrowIfCancellationRequested();
            if (code != 0)
            {
                throw new RayshardException(ExitCode.Failed, $"Blender ended with code {code} while it read '{files[0]}'{(files.Count > 1 ? " and others" : "")}: see {log}");
            }
        }

        return [.. files.Select((file, i) => Take(file, Path.Combine(written, $"{i}.npy"), Path.Combine(folder, $"{i}.npy")))];
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

    private static Picture Take(string file, string written, string npy)
    {
        var said = JObject.Parse(File.ReadAllText(written + ".json"));
        if (said.Value<string>("refused") is { } reason)
        {
            throw new RayshardException(ExitCode.AskedWrongly, $"--file={file}: no picture that can be inspected: {reason.Split('\n')[0]}");
        }

        File.Move(written, npy, overwrite: true);
        return new(npy, said.Value<string>("declared")!);
    }
}
