using System.Runtime.InteropServices;
using Rayshard.Storage;

namespace Rayshard.Sharing;

/// <summary>A folder that becomes a bundle: unfinished until <c>manifest.json</c> is there, which is written last.</summary>
internal sealed partial class BundleFolder
{
    private readonly DurableFiles _files = new();

    private BundleFolder(string path) => Path = path;

    public string Path { get; }

    /// <summary>Where files are put while they are on their way.</summary>
    public string Partial => System.IO.Path.Combine(Path, BundleNames.Partial);

    /// <summary>Opens a folder to write a bundle into: a new one, an empty one, an unfinished one, or, to bring it up to date, another state of it.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="mayReplace">Whether a finished bundle that is there may be replaced.</param>
    /// <exception cref="RayshardException">It holds something else.</exception>
    public static BundleFolder Create(string path, Func<BundleHead, bool> mayReplace)
    {
        path = System.IO.Path.GetFullPath(path);
        var folder = new BundleFolder(path);
        var isOurs = !Directory.Exists(path) || Directory.Exists(folder.Partial) || !Directory.EnumerateFileSystemEntries(path).Any()
            || (File.Exists(folder.PathOf(BundleNames.Manifest)) && Bundle.Open(path) is var present && mayReplace(present.Head) && !present.Strays().Any());
        if (!isOurs)
        {
            throw new RayshardException(ExitCode.AskedWrongly, $"--output={path}: the folder holds something else; name an empty or a new one");
        }

        try
        {
            Directory.CreateDirectory(folder.Partial);

            // From here on it is unfinished, and says so.
            File.Delete(folder.PathOf(BundleNames.Manifest));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed(path, e);
        }

        return folder;
    }

    /// <summary>The path of a file of the bundle. Only a legal name has one.</summary>
    public string PathOf(string name) => BundleNames.IsLegal(name) ? System.IO.Path.Combine(Path, name) : throw new ArgumentException("no name of a bundle's file", nameof(name));

    /// <summary>Whether a file is there with its size and digest. Reads all of it.</summary>
    public bool Holds(BundleFile file) => PathOf(file.Name) is var path && new FileInfo(path) is { Exists: true, LinkTarget: null } info && info.Length == file.Bytes && Digest.OfFile(path) == file.Sha256;

    /// <summary>Writes a file whole.</summary>
    public BundleFile Write(string name, byte[] content) => Write(name, stream => stream.Write(content));

    /// <summary>Writes a file whole.</summary>
    public BundleFile Write(string name, Action<Stream> write)
    {
        var partial = System.IO.Path.Combine(Partial, "file");
        try
        {
            using (var file = File.Create(partial))
            {
                write(file);
                file.Flush(flushToDisk: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed(PathOf(name), e);
        }

        Place(partial, name);
        return Describe(name);
    }

    /// <summary>A file that is there.</summary>
    public BundleFile Describe(string name) => new(name, new FileInfo(PathOf(name)).Length, Digest.OfFile(PathOf(name)), BundleFile.TypeOf(name));

    /// <summary>Gives a file in <see cref="Partial"/> its place.</summary>
    public void Place(string partial, string name)
    {
        var path = PathOf(name);
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            _files.Rename(partial, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed(path, e);
        }
    }

    /// <summary>Puts a file that never changes in its place: the same bytes on the disk where that can be, else a copy.</summary>
    public void Link(string source, string name)
    {
        var partial = System.IO.Path.Combine(Partial, System.IO.Path.GetFileName(name));
        try
        {
            File.Delete(partial);
            LinkOrCopy(source, partial);
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(PathOf(name))!);
            _files.Rename(partial, PathOf(name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed(PathOf(name), e);
        }
    }

    /// <summary>Gives a file that never changes a second name: the same bytes on the disk where that can be, else a copy.</summary>
    public static void LinkOrCopy(string source, string path)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        if (HardLink(source, path) != 0)
        {
            File.Copy(source, path);
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
            RandomAccess.FlushToDisk(file);
        }
    }

    /// <summary>The same where an earlier run may have given it that name, or another run is about to.</summary>
    public static void LinkOrCopyAnew(string source, string path) => Replace(path, beside => LinkOrCopy(source, beside));

    /// <summary>Makes a file beside its place, and puts it there at once.</summary>
    public static void Replace(string path, Action<string> make)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        var beside = $"{path}.{System.IO.Path.GetRandomFileName()}";
        try
        {
            make(beside);
            File.Move(beside, path, overwrite: true);
        }
        finally
        {
            // Still there where it failed, and where both names are of one file: then a rename does nothing.
            File.Delete(beside);
        }
    }

    /// <summary>Finishes it: what is not part of it goes, then evidence, sums, flushed folders, and the manifest last.</summary>
    public Bundle Commit(BundleHead head)
    {
        Prune([.. head.Files.Select(file => file.Name), BundleNames.Evidence]);
        if (head.EvidenceBytes is { } evidence)
        {
            Write(BundleNames.Evidence, evidence);
        }

        Write(BundleNames.Sums, head.Sums());
        foreach (var folder in Directory.EnumerateDirectories(Path, "*", SearchOption.AllDirectories).Append(Path))
        {
            _files.FlushFolder(folder);
        }

        Write(BundleNames.Manifest, head.ManifestBytes);
        _files.FlushFolder(Path);
        Directory.Delete(Partial, recursive: true);
        return Bundle.Open(Path);
    }

    // Files of an earlier state. Create has seen to it that there is nothing else here.
    private void Prune(HashSet<string> names)
    {
        foreach (var file in Directory.EnumerateFiles(Path, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }))
        {
            var name = System.IO.Path.GetRelativePath(Path, file);
            if (!names.Contains(name) && !name.StartsWith(BundleNames.Partial, StringComparison.Ordinal))
            {
                File.Delete(file);
            }
        }
    }

    private static RayshardException Failed(string path, Exception e) =>
        new(ShardWriteException.ExitCodeOf(e), $"{path}: can't be written: {e.Message}", e);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int HardLink(string from, string to);
}
