using System.Security.Cryptography;

namespace Rayshard.Blender;

/// <summary>
/// A run's private folder, in memory where there is room: sockets, slots, the Workers' homes. Nobody else can read or guess it;
/// removed at the end, or by the next run of the same user when this one was killed.
/// </summary>
internal sealed class RunFolder : IDisposable
{
    private const string Prefix = "rayshard-";
    private const string LockName = "lock";
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly FileStream _lock;

    private RunFolder(string path, FileStream @lock)
    {
        Path = path;
        _lock = @lock;
    }

    /// <summary>Where it is; short, because a socket's path has at most 107 bytes.</summary>
    public string Path { get; }

    /// <summary>Makes one with room for so many bytes, and removes what dead runs of this user left beside it.</summary>
    /// <param name="parent">Where to make it; <c>null</c>: <c>/dev/shm</c>, or the temporary folder where that has no room.</param>
    /// <param name="bytes">Room that will be asked for.</param>
    public static RunFolder Create(string? parent, long bytes)
    {
        parent ??= HasRoom("/dev/shm", bytes) ? "/dev/shm" : System.IO.Path.GetTempPath();
        RemoveStale(parent);
        while (true)
        {
            var path = System.IO.Path.Combine(parent, Prefix + RandomNumberGenerator.GetHexString(32, true));
            Directory.CreateDirectory(path, Private);
            try
            {
                // An open lock tells a live run from a dead one, also across containers that share /dev/shm, where pids do not.
                return new(path, new(System.IO.Path.Combine(path, LockName), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException) when (!Directory.Exists(path) || File.Exists(System.IO.Path.Combine(path, LockName)))
            {
                // Another run swept it between the two calls: take another name.
            }
        }
    }

    /// <summary>Makes a private folder in it.</summary>
    public string Make(string name) => Directory.CreateDirectory(System.IO.Path.Combine(Path, name), Private).FullName;

    /// <summary>Removes it with all that is in it.</summary>
    public void Dispose()
    {
        Remove(Path);
        _lock.Dispose();
    }

    /// <summary>Removes a folder whose owner may still be dying in it: never fails.</summary>
    public static void Remove(string path)
    {
        for (var attempt = 0; attempt < 3; attempt++)
        {
            try
            {
                Directory.Delete(path, true);
                return;
            }
            catch (DirectoryNotFoundException)
            {
                return;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Not empty: a file was made while the folder was being removed. What stays is removed by the next run.
            }
        }
    }

    private static void RemoveStale(string parent)
    {
        foreach (var folder in Directory.EnumerateDirectories(parent, Prefix + "*").Where(IsStale).ToList())
        {
            Remove(folder);
        }
    }

    /// <summary>Whether a run's folder is no more, or its run is dead.</summary>
    public static bool IsStale(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return true;
        }

        if (!Native.IsOwn(folder) || new DirectoryInfo(folder).LinkTarget is not null)
        {
            return false;
        }

        try
        {
            using var free = new FileStream(System.IO.Path.Combine(folder, LockName), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (FileNotFoundException)
        {
            // Being made right now, or its removal was cut short: a minute tells them apart.
            return TimeProvider.System.GetUtcNow() - Directory.GetCreationTimeUtc(folder) > TimeSpan.FromMinutes(1);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // A quarter more: homes, logs of Blender's own, 32-bit files of the exr capture.
    private static bool HasRoom(string folder, long bytes) =>
        Directory.Exists(folder) && new DriveInfo(folder).AvailableFreeSpace > bytes + bytes / 4 + (64 << 20);
}
