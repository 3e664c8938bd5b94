namespace Rayshard.Build;

/// <summary>Where things are. All paths are absolute.</summary>
/// <param name="Root">Root of the repository.</param>
public sealed record Folders(string Root)
{
    /// <summary>All that the kit makes.</summary>
    public string Artifacts => Path.Combine(Root, "artifacts");

    /// <summary>The resolved experiments, left by the build.</summary>
    public string Experiments => Path.Combine(Artifacts, "experiments");

    /// <summary>Evidence of the runs: logs, provenance, quarantine.</summary>
    public string Runs => Path.Combine(Artifacts, "runs");

    /// <summary>Bundles, a folder each.</summary>
    public string Bundles => Path.Combine(Artifacts, "bundles");

    /// <summary>Where interrupted pushes stand.</summary>
    public string Uploads => Path.Combine(Artifacts, "uploads");

    /// <summary>Results of the toolchains' probes.</summary>
    public string Toolchains => Path.Combine(Artifacts, "toolchains");

    /// <summary>What runs inside Blender.</summary>
    public string Blender => Path.Combine(Root, "blender");

    /// <summary>The test projects.</summary>
    public string Tests => Path.Combine(Root, "tests");

    /// <summary>What is made to be looked at: reports and pictures.</summary>
    public string Reports => Path.Combine(Artifacts, "report");

    /// <summary>Results of the tests.</summary>
    public string TestResults => Path.Combine(Artifacts, "tests");

    /// <summary>What the benchmark measured.</summary>
    public string Bench => Path.Combine(Artifacts, "bench");

    /// <summary>A path from the command line: from the root where it is relative, and with <c>~</c> understood, because the shell leaves it in <c>--store=~/x</c>.</summary>
    public string Resolve(string path) => Path.GetFullPath(
        path == "~" || path.StartsWith("~/", StringComparison.Ordinal)
            ? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) + path[1..]
            : path,
        Root);

    /// <summary>A path for people: from the root where it lies below it.</summary>
    public string Show(string path) =>
        path.StartsWith(Root + "/", StringComparison.Ordinal) ? path[(Root.Length + 1)..] : path;
}
