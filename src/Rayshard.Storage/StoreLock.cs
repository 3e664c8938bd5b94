using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Rayshard.Storage;

/// <summary>The one writer's hold on a store: <c>flock</c>, which the kernel drops with the process, so a crash leaves no stale lock.</summary>
internal sealed class StoreLock : IDisposable
{
    private readonly SafeFileHandle _file;

    private StoreLock(SafeFileHandle file) => _file = file;

    /// <exception cref="StoreBusyException">Somebody has it.</exception>
    /// <exception cref="UnusableStoreException">The file system has no locks; two writers would tear each other's partial.</exception>
    public static StoreLock Take(string path)
    {
        // Through libc: .NET would take a shared lock for whoever only wants to read the holder's pid, and skips locks that fail.
        var descriptor = Libc.Open(path, Libc.ReadWrite | Libc.Create | Libc.CloseOnExec, 0x1a4);
        if (descriptor < 0)
        {
            throw Unusable(path, "can't be opened for writing");
        }

        var file = new SafeFileHandle(descriptor, ownsHandle: true);
        if (Libc.Lock(descriptor, Libc.LockExclusive | Libc.LockNonBlocking) == 0)
        {
            WriteProcessId(file);
            return new(file);
        }

        using (file)
        {
            throw Marshal.GetLastPInvokeError() == Libc.WouldBlock
                ? new StoreBusyException(path, ReadProcessId(file))
                : Unusable(path, "the file system has no locks; put the store on one that has (ext4, xfs, btrfs, NFS 4)");
        }
    }

    public void Dispose() => _file.Dispose();

    private static UnusableStoreException Unusable(string path, string reason)
    {
        var cause = Libc.Error(path);
        return new(ExitCode.MachineLacks, path, $"{reason}: {cause.Message}", cause);
    }

    private static void WriteProcessId(SafeFileHandle file)
    {
        RandomAccess.SetLength(file, 0);
        RandomAccess.Write(file, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n")), 0);
    }

    private static int? ReadProcessId(SafeFileHandle file)
    {
        Span<byte> text = stackalloc byte[16];
        return int.TryParse(text[..RandomAccess.Read(file, text, 0)].TrimEnd((byte)'\n'), CultureInfo.InvariantCulture, out var id) ? id : null;
    }
}
