using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Rayshard.Blender;

/// <summary>The calls of Linux that .NET has no name for.</summary>
internal static partial class Native
{
    public const int SigTerm = 15;
    public const int SigKill = 9;

    private const int SocketLevel = 1;
    private const int PeerCredentials = 17;
    private const int AtCurrentFolder = -100;
    private const int NoFollow = 0x100;
    private const uint WantOwner = 8;
    private const uint WantInode = 0x100;
    private const int StatusBytes = 256;

    /// <summary>Sends a signal to a process, or to a whole group where <paramref name="pid"/> is negative. Whether anybody got it.</summary>
    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int KillRaw(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "posix_fallocate")]
    private static partial int AllocateRaw(SafeFileHandle file, long offset, long length);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "getegid")]
    public static partial uint EffectiveGroup();

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatRaw(int folder, string path, int flags, uint mask, Span<byte> result);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int EventRaw(uint count, int flags);

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int PollRaw(Span<Poll> polls, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint ReadRaw(SafeFileHandle file, out long value, nint bytes);

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint WriteRaw(SafeFileHandle file, in long value, nint bytes);

    /// <summary>A descriptor that can be read once <see cref="Signal"/> was called.</summary>
    public static SafeFileHandle NewEvent()
    {
        const int closeOnExec = 0x80000, nonBlocking = 0x800;
        var descriptor = EventRaw(0, closeOnExec | nonBlocking);
        return descriptor >= 0 ? new(descriptor, ownsHandle: true) : throw new RayshardException(ExitCode.MachineLacks, $"the kernel gives no event descriptor (errno {Marshal.GetLastPInvokeError()}): raise the limit of open files");
    }

    /// <summary>Signals an event.</summary>
    public static void Signal(SafeFileHandle @event) => WriteRaw(@event, 1, sizeof(long));

    /// <summary>Takes an event back.</summary>
    public static void Take(SafeFileHandle @event) => ReadRaw(@event, out _, sizeof(long));

    /// <summary>Waits until a descriptor can be read; a signal may end it early.</summary>
    public static void Wait(Span<Poll> polls, int milliseconds) => PollRaw(polls, (nuint)polls.Length, milliseconds);

    public static bool Kill(int pid, int signal) => KillRaw(pid, signal) == 0;

    /// <summary>Reserves the bytes of a file, so that a full file system is an error now and no SIGBUS at the first write into the map.</summary>
    /// <returns>0, or the error number (28: no space).</returns>
    public static int Allocate(SafeFileHandle file, long length)
    {
        int error;
        do
        {
            error = AllocateRaw(file, 0, length);
        }
        while (error == 4); // EINTR: a signal came first.
        return error;
    }

    /// <summary>The process that connected a Unix socket, as this process's namespace numbers it; 0 where it has no number here.</summary>
    public static int PeerOf(Socket socket)
    {
        Span<byte> pidUserGroup = stackalloc byte[12];
        return socket.GetRawSocketOption(SocketLevel, PeerCredentials, pidUserGroup) == pidUserGroup.Length ? BinaryPrimitives.ReadInt32LittleEndian(pidUserGroup) : 0;
    }

    /// <summary>Whether the current user owns the path itself (a link is not followed).</summary>
    public static bool IsOwn(string path)
    {
        Span<byte> status = stackalloc byte[StatusBytes];
        return StatRaw(AtCurrentFolder, path, NoFollow, WantOwner, status) == 0
            && BinaryPrimitives.ReadUInt32LittleEndian(status[20..]) == EffectiveUser();
    }

    /// <summary>Which file a path leads to, links followed: the same for two paths to one file. All zero where there is none.</summary>
    public static FileIdentity IdentityOf(string path)
    {
        Span<byte> status = stackalloc byte[StatusBytes];
        return StatRaw(AtCurrentFolder, path, 0, WantInode, status) == 0
            ? new(BinaryPrimitives.ReadUInt64LittleEndian(status[136..]), BinaryPrimitives.ReadUInt64LittleEndian(status[32..]))
            : default;
    }

    /// <summary>The kernel's <c>pollfd</c>, asking whether a descriptor can be read.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Poll(int descriptor)
    {
        private const short In = 1;

        private readonly int _descriptor = descriptor;
        private readonly short _asked = In;
        private readonly short _found;

        /// <summary>Whether it can: also where the other end is gone.</summary>
        public readonly bool CanRead => _found != 0;
    }
}

/// <summary>A file by its file system's device number and its inode.</summary>
internal readonly record struct FileIdentity(ulong Device, ulong Inode);
