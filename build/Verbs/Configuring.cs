using System.Text;
using Rayshard.Execution;

namespace Rayshard.Build.Verbs;

/// <summary>Streams every frame's config as JSON Lines.</summary>
public sealed class Configuring(KitContext context)
{
    // EPIPE: the reader has had enough, as in "... | head".
    private const int BrokenPipe = 32;

    /// <summary>Writes them to the file that was named, or to standard output.</summary>
    public Task RunAsync() => context.Options.Output is { } path ? ToFile(path) : ToAnswers();

    // A file of that name is always whole: it gets its name at the end.
    private Task ToFile(string path)
    {
        var partial = path + ".partial";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path) ?? path);
            using (var file = new StreamWriter(partial, append: false, new UTF8Encoding(false), bufferSize: 1 << 16))
            {
                Kit.WriteConfigs(context.Experiments, file, context.Interruption.Finish);
            }

            File.Move(partial, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RayshardException(ExitCode.Failed, $"--output={path}: can't be written: {e.Message}");
        }
        finally
        {
            // Deleting would throw where even the folder could not be made, and hide why.
            if (File.Exists(partial))
            {
                File.Delete(partial);
            }
        }

        context.Terminal.Say($"Configs of {string.Join(", ", context.Experiments.Select(resolved => resolved.Experiment.Name))}: {context.Folders.Show(path)}");
        return Task.CompletedTask;
    }

    private Task ToAnswers()
    {
        try
        {
            using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false), bufferSize: 1 << 16);
            Kit.WriteConfigs(context.Experiments, output, context.Interruption.Finish);
        }
        catch (IOException e) when (e.HResult == BrokenPipe)
        {
        }

        return Task.CompletedTask;
    }
}
