using Rayshard.Storage;

namespace Rayshard.Sharing;

/// <summary>A bundle as a store and a scene folder, so that what works on these works on bundles: the same bytes on the disk, other names.</summary>
public static class BundleStore
{
    /// <summary>
    /// Lays it out in a folder: <c>store/</c> and <c>scene/</c>. Every file is checked against its digest on the way. Others may lay it out there, and
    /// read what is there, at the same time: no file is gone for a moment, none is there in part.
    /// </summary>
    /// <returns>The experiment, with the pin that the bundle carries where that is another than this checkout's, and the two folders.</returns>
    /// <exception cref="RayshardException">A file is not what the manifest says (<see cref="ExitCode.NotSo"/>), or can't be written.</exception>
    public static (Experiment Experiment, string Store, string Scene) LayOut(Bundle bundle, string folder)
    {
        var experiment = bundle.ReadExperiment();
        var (store, scene) = (Path.Combine(folder, "store"), Path.Combine(folder, "scene"));
        var shards = StoredExperiment.At(store, experiment, new(experiment)).Folder;
        Directory.CreateDirectory(Path.Combine(shards, "fingerprints"));
        BundleFolder.Replace(Path.Combine(shards, "experiment.json"), path => File.WriteAllBytes(path, ExperimentFile.Write(experiment)));
        foreach (var file in bundle.Head.Files)
        {
            // A name below the folder that it is to go to; the manifest's rules have kept every other out.
            var place = file.Name.StartsWith(BundleNames.SceneFolder, StringComparison.Ordinal) ? Path.Combine(scene, file.Name[BundleNames.SceneFolder.Length..])
                : file.Name.StartsWith(BundleNames.ShardFolder, StringComparison.Ordinal) && file.Name.EndsWith(".tar", StringComparison.Ordinal) ? Path.Combine(shards, Path.GetFileName(file.Name))
                : file.Name.StartsWith(BundleNames.EvidenceFolder + "fingerprints/", StringComparison.Ordinal) ? Path.Combine(shards, "fingerprints", Path.GetFileName(file.Name))
                : null;
            if (place is null)
            {
                continue;
            }

            if (Digest.OfFile(bundle.PathOf(file)) != file.Sha256)
            {
                throw new RayshardException(ExitCode.NotSo, $"{bundle.PathOf(file)}: is not the file that the manifest names");
            }

            BundleFolder.LinkOrCopyAnew(bundle.PathOf(file), place);
        }

        return (experiment, store, scene);
    }
}
