using System.Text;

namespace Rayshard.Sharing.Targets;

/// <summary>Where interrupted uploads stand, a file each. A note is a hint: without it a file is sent from its start.</summary>
/// <param name="folder">Folder for them.</param>
/// <param name="place">What they are uploads to.</param>
internal sealed class UploadNotes(string folder, string place)
{
    /// <summary>What was noted of a file's upload; nothing where nothing was.</summary>
    public string? Read(BundleFile file)
    {
        try
        {
            return File.ReadAllText(PathOf(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Notes it. An upload's address may be all that it takes to write to it, so nobody else may read this.</summary>
    public void Write(BundleFile file, string text)
    {
        Directory.CreateDirectory(folder);
        var (note, beside) = (PathOf(file), PathOf(file) + ".new");
        using (var stream = new FileStream(beside, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
        {
            stream.Write(Encoding.UTF8.GetBytes(text));
        }

        File.Move(beside, note, overwrite: true);
    }

    /// <summary>Forgets it.</summary>
    public void Forget(BundleFile file) => File.Delete(PathOf(file));

    private string PathOf(BundleFile file) => Path.Combine(folder, Digest.Of($"{place} {file.Sha256} {file.Name}").ToString());
}
