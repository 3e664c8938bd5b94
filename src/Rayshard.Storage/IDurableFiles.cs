using Microsoft.Win32.SafeHandles;

namespace Rayshard.Storage;

/// <summary>
/// Everything that a store does to its files and whose order or failure matters: so that a test can fail the n-th call, or record them
/// all and cut the power between any two. Only reading, and SQLite's own file (the catalog is derived), pass it by.
/// Every method throws <see cref="IOException"/> where the operating system refuses.
/// </summary>
public interface IDurableFiles
{
    /// <summary>Opens a file for reading and writing; makes an empty one where there is none.</summary>
    SafeFileHandle Open(string path);

    /// <summary>Writes the buffers one after another from <paramref name="offset"/> on. They are the caller's again when it returns.</summary>
    void Append(SafeFileHandle file, long offset, IReadOnlyList<ReadOnlyMemory<byte>> buffers);

    /// <summary>Cuts a file to a length.</summary>
    void Truncate(SafeFileHandle file, long length);

    /// <summary>
    /// Returns when the bytes and the length that the file had at the call are on the disk; appending goes on meanwhile. After a failure it is not
    /// called for this file again.
    /// </summary>
    void Flush(SafeFileHandle file);

    /// <summary>Gives a file another name in its folder, in place of whatever had that name.</summary>
    void Rename(string from, string to);

    /// <summary>Returns when the names in a folder are on the disk.</summary>
    void FlushFolder(string folder);

    /// <summary>Removes a file.</summary>
    void Remove(string path);
}
