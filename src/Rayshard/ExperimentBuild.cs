using System.Reflection;

namespace Rayshard;

/// <summary>
/// Resolves every experiment of a folder when the solution is built: typed classes of an assembly and hand-written
/// <c>experiment.json</c> files. Leaves <c>NAME/experiment.json</c> (canonical) and <c>NAME/folder</c> (where the scene's files are).
/// </summary>
public static class ExperimentBuild
{
    /// <summary>The canonical experiment's file name.</summary>
    public const string FileName = "experiment.json";

    /// <summary>Resolves all, or none: faults are printed in the form that MSBuild shows as errors with file and line.</summary>
    /// <param name="source">Folder with one folder per experiment.</param>
    /// <param name="output">Folder that the resolved experiments are left in.</param>
    /// <param name="typed">Assembly with the typed experiments.</param>
    /// <param name="errors">Where faults are printed.</param>
    /// <returns><see cref="ExitCode.Done"/>, or <see cref="ExitCode.AskedWrongly"/> when any experiment is wrong.</returns>
    public static ExitCode Run(string source, string output, Assembly typed, TextWriter errors)
    {
        source = Path.GetFullPath(source);
        try
        {
            _ = BlenderFacts.Toolchains;
        }
        catch (RayshardException e)
        {
            // Once, not for every experiment.
            errors.WriteLine(new Diagnostic(new("blender/toolchains.json", 1), "toolchains", e.Message));
            return e.ExitCode;
        }

        var resolved = new SortedDictionary<string, (Experiment Experiment, string Folder)>(StringComparer.Ordinal);
        var wrong = false;
        foreach (var (resolve, where) in Find(source, typed))
        {
            try
            {
                var experiment = resolve();
                if (!resolved.TryAdd(experiment.Name, (experiment, Path.GetDirectoryName(where.File)!)))
                {
                    throw new InvalidExperimentException(experiment.Name, [new(where, "name", $"there are two experiments called '{experiment.Name}'")]);
                }
            }
            catch (InvalidExperimentException e)
            {
                wrong = true;
                errors.WriteLine(e.Message);
            }
            catch (Exception e)
            {
                // Code of the experiment's author runs here: whatever it throws is a fault of the experiment, with a place.
                wrong = true;
                errors.WriteLine(new Diagnostic(where, "(experiment)", $"{e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}"));
            }
        }

        if (wrong)
        {
            return ExitCode.AskedWrongly;
        }

        Write(output, resolved);
        return ExitCode.Done;
    }

    /// <summary>Reads the experiments that a build left: name to experiment and the folder of its scene's files, by name.</summary>
    /// <exception cref="RayshardException">There are none: the solution was not built.</exception>
    public static IReadOnlyDictionary<string, (Experiment Experiment, string Folder)> Read(string output)
    {
        var found = new SortedDictionary<string, (Experiment, string)>(StringComparer.Ordinal);
        foreach (var folder in Directory.Exists(output) ? Directory.GetDirectories(output) : [])
        {
            var experiment = ExperimentFile.Read(Path.Combine(folder, FileName)).Experiment;
            found.Add(experiment.Name, (experiment, File.ReadAllText(Path.Combine(folder, "folder"))));
        }

        return found.Count > 0 ? found : throw new RayshardException(ExitCode.NotFound, $"no experiments in '{output}': build the solution first (dotnet build)");
    }

    private static IEnumerable<(Func<Experiment> Resolve, SourceLine Where)> Find(string source, Assembly typed)
    {
        foreach (var type in typed.GetExportedTypes().Where(type => type.IsAssignableTo(typeof(IExperiment)) && !type.IsAbstract).OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            Experiment? defined = null;
            Exception? failed = null;
            try
            {
                defined = ((IExperiment)Activator.CreateInstance(type)!).Define();
            }
            catch (Exception e)
            {
                failed = e.InnerException is { } inner && e is TargetInvocationException ? inner : e;
            }

            yield return defined is null
                ? (() => throw new InvalidOperationException($"{type.FullName}.Define(): {failed?.GetType().Name}: {failed?.Message}", failed), new(source, 1))
                : (() => ExperimentResolver.Resolve(defined), defined.Source);
        }

        foreach (var folder in Directory.GetDirectories(source).Order(StringComparer.Ordinal))
        {
            var file = Path.Combine(folder, FileName);
            if (File.Exists(file))
            {
                yield return (() => ExperimentResolver.ResolveFile(file), new(file, 1));
            }
        }
    }

    private static void Write(string output, SortedDictionary<string, (Experiment Experiment, string Folder)> resolved)
    {
        Directory.CreateDirectory(output);
        foreach (var gone in Directory.GetDirectories(output).Where(folder => !resolved.ContainsKey(Path.GetFileName(folder))))
        {
            Directory.Delete(gone, recursive: true);
        }

        foreach (var (name, (experiment, folder)) in resolved)
        {
            var target = Directory.CreateDirectory(Path.Combine(output, name)).FullName;
            File.WriteAllBytes(Path.Combine(target, FileName), ExperimentFile.Write(experiment));
            File.WriteAllText(Path.Combine(target, "folder"), folder);
        }

        File.WriteAllText(Path.Combine(output, "experiment.schema.json"), ExperimentFile.JsonSchema());
    }
}
