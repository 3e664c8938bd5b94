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
        Span<byte> status = stackalloc byte[256];
        return StatRaw(AtCurrentFolder, path, NoFollow, WantOwner, status) == 0
            && BinaryPrimitives.ReadUInt32LittleEndian(status[20..]) == EffectiveUser();
    }
}
