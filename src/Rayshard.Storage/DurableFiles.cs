using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Rayshard.Storage;

/// <summary>The operating system's files. Stateless.</summary>
public sealed class DurableFiles : IDurableFiles
{
    // The disk gets so much at a time, while more is made.
    private const long WriteBytes = 8 << 20;

    /// <summary>Whether what was appended stays in the page cache: for what comes at full speed and is read next.</summary>
    public bool KeepsPages { get; init; }

    /// <inheritdoc/>
    public SafeFileHandle Open(string path) =>
        File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);

    /// <inheritdoc/>
    public void Append(SafeFileHandle file, long offset, IReadOnlyList<ReadOnlyMemory<byte>> buffers)
    {
        var end = offset;
        for (var i = 0; i < buffers.Count; i++)
        {
            end += buffers[i].Length;
        }

        var (from, to) = (offset / WriteBytes * WriteBytes, end / WriteBytes * WriteBytes);
        if (!KeepsPages && from > 0 && from < to)
        {
            // What the disk has by now of as much as is written makes room for it: the memory stays Blender's, and pages that were just used are cheaper than
            // fresh ones (on a virtual machine that had given them back, nearly half of the host's CPU at 1080p). What was written too lately stays.
            var forgotten = Math.Max(0, from - (to - from));
            _ = Libc.Forget(file, forgotten, from - forgotten, Libc.DontNeed);
        }

        RandomAccess.Write(file, buffers, offset);
        if (from < to)
        {
            // A hint, for the next flush to have little left to wait for; what fails, fails there.
            _ = Libc.WriteRange(file, from, to - from, Libc.BeginWriting);
        }
    }

    /// <inheritdoc/>
    public void Truncate(SafeFileHandle file, long length) => RandomAccess.SetLength(file, length);

    /// <inheritdoc/>
    public void Flush(SafeFileHandle file)
    {
        try
        {
            RandomAccess.FlushToDisk(file);
        }
        catch (IOException)
        {
            // The pages that did not reach the disk are now clean and would be read as if they had (Rebello et al., USENIX ATC 2020).
            _ = Libc.Forget(file, 0, 0, Libc.DontNeed);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Rename(string from, string to) => File.Move(from, to, overwrite: true);

    /// <inheritdoc/>
    public void FlushFolder(string folder)
    {
        // .NET opens no folder, and a rename that is not flushed can be lost: https://github.com/dotnet/runtime/issues/32600.
        var descriptor = Libc.Open(folder, Libc.ReadOnly | Libc.CloseOnExec);
        if (descriptor < 0)
        {
            throw Libc.Error(folder);
        }

        try
        {
            if (Libc.Flush(descriptor) != 0)
            {
                throw Libc.Error(folder);
            }
        }
        finally
        {
            _ = Libc.Close(descriptor);
        }
    }

    /// <inheritdoc/>
    public void Remove(string path) => File.Delete(path);
}
