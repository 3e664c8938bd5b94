namespace Rayshard.Build.Verbs;

/// <summary>A test project: an executable of xunit.v3.</summary>
/// <param name="File">The project file.</param>
public sealed record TestProject(string File)
{
    /// <summary>Its name.</summary>
    public string Name => Path.GetFileNameWithoutExtension(File);

    /// <summary>Every project under a folder whose name ends in <c>.Tests</c>, by name.</summary>
    public static IReadOnlyList<TestProject> Find(string folder) =>
        [.. Directory.GetDirectories(folder).SelectMany(sub => Directory.GetFiles(sub, "*.Tests.csproj")).Order(StringComparer.Ordinal).Select(file => new TestProject(file))];

    /// <summary>Arguments of <c>dotnet</c> that run it: failures are shown, the rest goes to a file.</summary>
    public IReadOnlyList<string> Command(string results, string? filter)
    {
        var assembly = Path.Combine(Path.GetDirectoryName(File)!, "bin", "Release", "net10.0", Name + ".dll");
        string[] command = [assembly, "-noLogo", "-noColor", "-noAutoReporters", "-reporter", "quiet", "-result-xml", results];
        return filter is null ? command : [.. command, "-method", $"*{filter}*"];
    }
}
