using System.Collections.Concurrent;

namespace Rayshard.Blender;

/// <summary>The code that a running Blender has in its memory: the executable and every library, also those that were loaded late.</summary>
internal static class MappedLibraries
{
    private static readonly ConcurrentDictionary<(FileIdentity File, long Bytes, DateTime Written), Digest> s_known = new();

    /// <summary>File name and SHA-256 of each, by name; those that can't be read any more, because the process has ended, are left out.</summary>
    public static SortedDictionary<string, Digest> Of(int pid)
    {
        var found = new SortedDictionary<string, Digest>(StringComparer.Ordinal);
        foreach (var path in Paths(pid))
        {
            try
            {
                // By its own root: it may run in another folder tree than ours. And known by its inode: in images files have no time of their own.
                var file = new FileInfo($"/proc/{pid}/root{path}");
                found[Path.GetFileName(path)] = s_known.GetOrAdd((Native.IdentityOf(file.FullName), file.Length, file.LastWriteTimeUtc), _ => Digest.OfFile(file.FullName));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Ended, or replaced on disk since it was loaded.
            }
        }

        return found;
    }

    private static List<string> Paths(int pid)
    {
        try
        {
            // address perms offset dev inode path
            return [.. File.ReadLines($"/proc/{pid}/maps").Select(line => line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries))
                .Where(part => part.Length == 6 && part[1].Contains('x') && part[5].StartsWith('/')).Select(part => part[5].Trim()).Distinct()];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
