using Rayshard.Execution;

namespace Rayshard.Build;

/// <summary>The experiments that the build resolved, by name.</summary>
/// <param name="All">All of them.</param>
public sealed record ExperimentShelf(IReadOnlyList<ResolvedExperiment> All)
{
    /// <summary>Reads them. Without the folder there are none.</summary>
    /// <exception cref="InvalidExperimentException">A file is damaged.</exception>
    public static ExperimentShelf Load(string folder) => new(
        !Directory.Exists(folder) ? [] : [.. Directory.GetFiles(folder, "experiment.json", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(file => new ResolvedExperiment(ExperimentFile.Read(file).Experiment, SourceFolder(file)))]);

    /// <summary>Those of these names, each once and in this order; without a name, the first one.</summary>
    /// <exception cref="RayshardException">There is none of a name.</exception>
    public IReadOnlyList<ResolvedExperiment> Pick(IReadOnlyList<string> names) =>
        names.Count == 0 ? [.. All.Take(1)] : [.. names.Distinct().Select(Find)];

    private ResolvedExperiment Find(string name) => All.FirstOrDefault(resolved => resolved.Experiment.Name == name)
        ?? throw new RayshardException(ExitCode.NotFound, $"--experiment={name}: there is no such experiment; there are: {string.Join(", ", All.Select(resolved => resolved.Experiment.Name))}");

    private static string SourceFolder(string file) => File.ReadAllText(Path.Combine(Path.GetDirectoryName(file)!, "folder")).Trim();
}
