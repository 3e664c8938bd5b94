using Microsoft.Win32.SafeHandles;
using Rayshard.Storage;

namespace Rayshard.Tests.Storage;

/// <summary>Real files whose n-th call fails, as a disk does: an append leaves half of its bytes, a flush nothing but the error.</summary>
internal sealed class FailingFiles(int failing, int errno) : IDurableFiles
{
    private readonly DurableFiles _files = new();
    private int _calls;

    public bool HasFailed => _calls >= failing;

    /// <summary>The call that failed.</summary>
    public string Failed { get; private set; } = "";

    /// <summary>Flushes of a file after one of its flushes had failed.</summary>
    public int FlushesAfterFailure { get; private set; }

    public SafeFileHandle Open(string path)
    {
        Count("open");
        return _files.Open(path);
    }

    public void Append(SafeFileHandle file, long offset, IReadOnlyList<ReadOnlyMemory<byte>> buffers)
    {
        Count("append", () =>
        {
            var all = buffers.SelectMany(buffer => buffer.ToArray()).ToArray();
            RandomAccess.Write(file, all.AsSpan(0, all.Length / 2), offset);
        });
        _files.Append(file, offset, buffers);
    }

    public void Truncate(SafeFileHandle file, long length)
    {
        Count("truncate");
        _files.Truncate(file, length);
    }

    public void Flush(SafeFileHandle file)
    {
        FlushesAfterFailure += Failed == "flush" ? 1 : 0;
        Count("flush");
        _files.Flush(file);
    }

    public void Rename(string from, string to)
    {
        Count("rename");
        _files.Rename(from, to);
    }

    public void FlushFolder(string folder)
    {
        Count("flush folder");
        _files.FlushFolder(folder);
    }

    public void Remove(string path)
    {
        Count("remove");
        _files.Remove(path);
    }

    private void Count(string call, Action? half = null)
    {
        if (++_calls == failing)
        {
            Failed = call;
            half?.Invoke();
            throw new IOException($"call {failing} ({call}) was made to fail", errno);
        }
    }
}
