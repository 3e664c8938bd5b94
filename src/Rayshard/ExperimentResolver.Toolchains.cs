namespace Rayshard;

/// <content>The toolchain: whether it is pinned, which passes its Blender has, and an experiment on another one than it names.</content>
public sealed partial class ExperimentResolver
{
    /// <summary>
    /// Puts a resolved experiment on another toolchain: without the passes that its Blender lacks, the view layers that only those were taken
    /// from, and their tolerances. Everything else is checked anew, for data paths may be other ones there.
    /// </summary>
    /// <param name="resolved">The experiment.</param>
    /// <param name="folder">Folder of its scene's files.</param>
    /// <param name="toolchain">Id of the other toolchain.</param>
    /// <returns>The experiment, resolved, and the passes that were left out.</returns>
    /// <exception cref="RayshardException">The toolchain is not pinned, or its Blender has none of the passes.</exception>
    /// <exception cref="InvalidExperimentException">Something else of the experiment can't be had on it; every fault is listed.</exception>
    public static (Experiment Experiment, IReadOnlyList<PassRequest> LeftOut) ResolveOn(Experiment resolved, string folder, string toolchain)
    {
        var pin = BlenderFacts.Toolchains.GetValueOrDefault(toolchain)
            ?? throw new RayshardException(ExitCode.AskedWrongly, $"'{toolchain}' is not pinned in blender/toolchains.json: {Names(BlenderFacts.Toolchains.Keys)}");
        var passes = resolved.Passes.ToLookup(pass => BlenderFacts.Passes[pass.Pass].IsIn(Version.Parse(pin.Version)));
        if (!passes[true].Any())
        {
            throw new RayshardException(ExitCode.AskedWrongly, $"experiment '{resolved.Name}' on toolchain '{toolchain}': Blender {pin.Version} has none of its passes ({string.Join(", ", passes[false].Select(pass => pass.Pass))})");
        }

        var first = resolved.Layers.Count > 0 ? resolved.Layers[0].Name : null;
        var there = resolved with
        {
            Toolchain = toolchain,
            Passes = [.. passes[true]],
            Layers = [.. resolved.Layers.Where(layer => passes[true].Any(pass => (pass.Layer ?? first) == layer.Name))],
            Tolerances = resolved.Tolerances?.Where(tolerance => passes[true].Any(pass => pass.Name == tolerance.Key)).ToDictionary(),
        };
        return (Resolve(there, folder, _ => new(Path.Combine(folder, ExperimentBuild.FileName), 1)), [.. passes[false]]);
    }

    private ToolchainPin? Toolchain()
    {
        if (_experiment.Pin is { } pin)
        {
            return pin;
        }

        Fault("toolchain", $"'{_experiment.Toolchain}' is not pinned in blender/toolchains.json: {Names(BlenderFacts.Toolchains.Keys)}");
        return null;
    }

    private void CheckPin(string field, Pass pass, ToolchainPin pin)
    {
        var range = string.Join(", ", new[] { pass.Since is null ? null : $"since {pass.Since}", pass.Until is null ? null : $"until {pass.Until}" }.OfType<string>());
        Check(field, pass.IsIn(Version.Parse(pin.Version)),
            $"Blender {pin.Version} has no pass '{pass.Id}' ({range}): leave it out, or take toolchain {string.Join(" or ", BlenderFacts.Toolchains.Values.Where(other => pass.IsIn(Version.Parse(other.Version))).Select(other => $"'{other.Id}'"))}");
    }
}
