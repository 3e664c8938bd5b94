namespace Rayshard.Build.Verbs;

/// <summary>Removes what the kit made and can make again. Rendered frames are not among that.</summary>
public sealed class Cleaning(KitContext context)
{
    // What a folder with frames in it holds: sealed shards and the one being written.
    private static readonly string[] s_shards = ["*.tar", "*.partial"];

    /// <summary>Empties <c>artifacts/</c>, but for every folder that holds shards, whatever its name.</summary>
    public void Run()
    {
        var artifacts = new DirectoryInfo(context.Folders.Artifacts);
        foreach (var entry in artifacts.Exists ? artifacts.GetFileSystemInfos() : [])
        {
            if (entry is DirectoryInfo { LinkTarget: null } folder)
            {
                Remove(folder);
            }
            else
            {
                entry.Delete();
            }
        }
    }

    private void Remove(DirectoryInfo folder)
    {
        if (s_shards.Any(pattern => folder.EnumerateFiles(pattern, SearchOption.AllDirectories).Any()))
        {
            var name = context.Folders.Show(folder.FullName);
            context.Terminal.Say($"Kept: {name}, because it holds rendered frames. To remove them too: rm -r '{name}'");
            return;
        }

        folder.Delete(recursive: true);
    }
}
