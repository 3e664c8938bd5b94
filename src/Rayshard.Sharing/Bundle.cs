using Rayshard.Sharing.Metadata;

namespace Rayshard.Sharing;

/// <summary>A finished bundle in a folder. Immutable; holds no file open.</summary>
public sealed class Bundle
{
    private Bundle(string folder, BundleHead head)
    {
        Folder = folder;
        Head = head;
    }

    /// <summary>Full path of the folder.</summary>
    public string Folder { get; }

    /// <summary>Full path of the folder of its shards.</summary>
    public string ShardFolder => Path.Combine(Folder, BundleNames.ShardFolder.TrimEnd('/'));

    /// <summary>What is in it.</summary>
    public BundleHead Head { get; }

    /// <summary>Reads a bundle's manifests; no other file.</summary>
    /// <exception cref="RayshardException">There is no finished bundle (<see cref="ExitCode.NotFound"/>), or its manifest is damaged (<see cref="ExitCode.NotSo"/>).</exception>
    public static Bundle Open(string folder)
    {
        folder = Path.GetFullPath(folder);
        var path = Path.Combine(folder, BundleNames.Manifest);
        if (!File.Exists(path))
        {
            throw new RayshardException(ExitCode.NotFound, $"{folder}: there is no bundle here, or an unfinished one: it has no {BundleNames.Manifest}");
        }

        try
        {
            return new(folder, BundleHead.Parse(ReadSmall(path)!, ReadSmall(Path.Combine(folder, BundleNames.Evidence))));
        }
        catch (FormatException e)
        {
            throw new RayshardException(ExitCode.NotSo, $"{path}: {e.Message}");
        }
    }

    /// <summary>The path of a file that the manifests name.</summary>
    public string PathOf(BundleFile file) => Path.Combine(Folder, file.Name);

    /// <summary>The experiment that the bundle carries, as it was resolved.</summary>
    /// <exception cref="RayshardException">It is damaged (<see cref="ExitCode.NotSo"/>).</exception>
    public Experiment ReadExperiment() => ReadExperiment(Folder, Head.Manifest);

    /// <summary>The experiment of a bundle of which only some files are in a folder.</summary>
    /// <exception cref="RayshardException">It is damaged (<see cref="ExitCode.NotSo"/>).</exception>
    internal static Experiment ReadExperiment(string folder, BundleManifest manifest)
    {
        var path = Path.Combine(folder, BundleNames.Experiment);
        try
        {
            var (read, _) = ExperimentFile.Read(path);
            var experiment = read with { CarriedPin = ToolchainJson.Carried(folder, manifest, read.Toolchain) };
            var isRight = new FramePlan(experiment).ShardSet == manifest.ShardSet && experiment.Name == manifest.Experiment;
            return isRight ? experiment
                : throw new FormatException($"with the pin of its toolchain '{experiment.Toolchain}' it is another experiment than the manifest says");
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A file that only looks like an experiment can upset whatever computes with it.
            throw new RayshardException(ExitCode.NotSo, $"{path}: there is no resolved experiment here: {e.Message.Split('\n')[0]}");
        }
    }

    /// <summary>Names of what lies in the folder and is no part of the bundle, but for what Python leaves; links too, whatever they are called.</summary>
    internal IEnumerable<string> Strays()
    {
        var names = Head.Files.Select(file => file.Name).Concat([BundleNames.Manifest, BundleNames.Sums]).ToHashSet();
        if (Head.EvidenceBytes is not null)
        {
            names.Add(BundleNames.Evidence);
        }

        bool IsPart(string name) => names.Contains(name) || name.StartsWith("__pycache__/rayshard.", StringComparison.Ordinal);
        return Directory.EnumerateFileSystemEntries(Folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
            .Where(entry => new FileInfo(entry).LinkTarget is not null || (File.Exists(entry) && !IsPart(Path.GetRelativePath(Folder, entry))))
            .Select(entry => Path.GetRelativePath(Folder, entry)).Order(StringComparer.Ordinal);
    }

    private static byte[]? ReadSmall(string path)
    {
        try
        {
            return !File.Exists(path) ? null : new FileInfo(path).Length <= BundleManifest.MaxBytes ? File.ReadAllBytes(path) : throw new FormatException("it is larger than any manifest");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RayshardException(ExitCode.Failed, $"{path}: can't be read: {e.Message}", e);
        }
    }
}
