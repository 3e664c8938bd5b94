using System.Runtime.InteropServices;
using Rayshard.Storage;

namespace Rayshard.Sharing.Exports;

/// <summary>Writes stored frames in another form, without rendering. What is unfinished has another name, and goes with the next try.</summary>
public static partial class Exporter
{
    /// <summary>What a form loses, in one line.</summary>
    public static string Loses(ExportFormat format) => format switch
    {
        ExportFormat.Hdf5 => "no bit of the pixels; addresses are kept as text, but no longer name the bytes of the file",
        ExportFormat.Zarr => "no bit of the pixels; addresses are kept as text, but no longer name the bytes of the files; one frame costs reading its chunk of some 16 MiB",
        ExportFormat.Npz => "no bit of the pixels; addresses are kept as text, but no longer name the bytes; numpy.load reads a pass whole",
        ExportFormat.Exr => "no bit of the pixels; a file per frame, and units and vectors' meanings are left to the channels' names",
        _ => "values below 0 and above 1 (clipped), NaN (becomes 0) and all but 16 bits (quantised); linear, no view transform; alpha stays premultiplied, which PNG does not know",
    };

    /// <summary>What the name of the file or folder ends with.</summary>
    public static string Suffix(ExportFormat format) => format switch
    {
        ExportFormat.Hdf5 => ".h5",
        ExportFormat.Zarr => ".zarr",
        ExportFormat.Npz => ".npz",
        ExportFormat.Exr => "-exr",
        _ => "-png16",
    };

    /// <summary>Exports what the store holds of an experiment.</summary>
    /// <param name="stored">The experiment's folder.</param>
    /// <param name="selection">Which frames and passes.</param>
    /// <param name="format">The form.</param>
    /// <param name="output">The file or folder; there must be none yet.</param>
    /// <param name="cancellation">Ends it; nothing is left.</param>
    /// <returns>How many frames.</returns>
    /// <exception cref="RayshardException">There is something already (<see cref="ExitCode.AskedWrongly"/>), no frame to export, or it can't be written.</exception>
    /// <exception cref="DamagedShardException">A frame is not what the manifest says; nothing is left.</exception>
    public static int Run(StoredExperiment stored, FrameSelection selection, ExportFormat format, string output, CancellationToken cancellation)
    {
        output = Path.GetFullPath(output);
        if (Path.Exists(output))
        {
            throw new RayshardException(ExitCode.AskedWrongly, $"--output={output}: there is something already; name a new one");
        }

        if (stored.Sealed().Count == 0)
        {
            throw new RayshardException(ExitCode.NotFound, $"'{stored.Folder}' has no sealed shard of experiment '{stored.Experiment.Name}': render it first, or name its store by --store");
        }

        var folder = Path.GetDirectoryName(output)!;
        var partial = Path.Combine(folder, $".{Path.GetFileName(output)}.rayshard-partial");
        using var source = new ExportSource(stored, selection, cancellation);
        try
        {
            Directory.CreateDirectory(folder);
            Remove(partial);
            Write(source, format, partial);
            Flush(partial);
            Directory.Move(partial, output);
            new DurableFiles().FlushFolder(folder);
            return source.Count;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Remove(partial);
            throw new RayshardException(ShardWriteException.ExitCodeOf(e), $"{output}: can't be written: {e.Message}", e);
        }
        catch
        {
            Remove(partial);
            throw;
        }
    }

    private static void Write(ExportSource source, ExportFormat format, string partial)
    {
        switch (format)
        {
            case ExportFormat.Hdf5:
                Hdf5File.Write(source, partial);
                break;
            case ExportFormat.Zarr:
                ZarrFolder.Write(source, partial);
                break;
            case ExportFormat.Npz:
                NpzFile.Write(source, partial);
                break;
            case ExportFormat.Exr:
                ExrFolder.Write(source, partial);
                break;
            default:
                PngFolder.Write(source, partial);
                break;
        }
    }

    private static void Remove(string partial)
    {
        if (Directory.Exists(partial))
        {
            Directory.Delete(partial, recursive: true);
        }
        else if (File.Exists(partial))
        {
            // In a folder that is none, deleting fails.
            File.Delete(partial);
        }
    }

    // One call for all of its file system's files: a folder may have a million, and a name must not reach the disk before what it names.
    private static void Flush(string path)
    {
        using var file = File.OpenHandle(File.Exists(path) ? path : Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).First());
        if (FlushFileSystem(file) != 0)
        {
            throw new IOException(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));
        }
    }

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    private static partial int FlushFileSystem(SafeHandle file);
}
