using System.Diagnostics;
using Rayshard.Sharing.Exports;
using Rayshard.Tests.Storage;

namespace Rayshard.Sharing.Tests;

/// <summary>An exporting process that is killed.</summary>
public sealed class ExportKillTests
{
    [Theory]
    [InlineData(ExportFormat.Hdf5)]
    [InlineData(ExportFormat.Zarr)]
    public void Killed_in_the_midst_it_leaves_nothing_and_the_next_run_the_whole(ExportFormat format)
    {
        using var folder = new TemporaryFolder();
        using var outputs = new TemporaryFolder();
        var stored = Synthetic.RenderedStore(folder, Synthetic.Experiment(lights: 40, framesPerShard: 30, side: 128));
        Exporter.Run(stored, new(), format, outputs["whole"], default);
        var (whole, bytes, unfinished) = (Content(outputs["whole"]), Bytes(outputs["whole"]), 0);
        foreach (var part in new[] { 0, 0.5 })
        {
            var output = outputs[FormattableString.Invariant($"out-{part}")];
            using var killed = Start(Path.Combine(stored.Folder, "experiment.json"), folder.Path, format.ToString(), output);
            while (!killed.HasExited && Bytes(outputs[FormattableString.Invariant($".out-{part}.rayshard-partial")]) <= part * bytes)
            {
                Thread.Yield();
            }

            killed.Kill();
            killed.WaitForExit();

            // Where the machine was faster than we, it is whole.
            if (Path.Exists(output))
            {
                Assert.Equal(whole, Content(output));
                continue;
            }

            unfinished++;
            using var again = Start(Path.Combine(stored.Folder, "experiment.json"), folder.Path, format.ToString(), output);
            again.WaitForExit();
            Assert.Equal(0, again.ExitCode);
            Assert.Equal(whole, Content(output));
        }

        Assert.NotEqual(0, unfinished);
        Assert.Equal(["out-0", "out-0.5", "whole"], Directory.EnumerateFileSystemEntries(outputs.Path).Select(Path.GetFileName).Order());
    }

    private static Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "ExportHost"), arguments) { RedirectStandardOutput = true })!;

    // A file may go while it is looked for; nothing there yet is less than no bytes.
    private static double Bytes(string path)
    {
        try
        {
            return Directory.Exists(path) ? new DirectoryInfo(path).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length) : File.Exists(path) ? new FileInfo(path).Length : -1;
        }
        catch (IOException)
        {
            return -1;
        }
    }

    private static string Content(string path) => string.Join('\n', (Directory.Exists(path) ? Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories) : [path])
        .Select(file => $"{Path.GetRelativePath(path, file)} {Digest.OfFile(file)}").Order(StringComparer.Ordinal));
}
