using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Rayshard.Tests.Architecture;

/// <summary>Which project may know which, and what no source may call. The picture is in CONTRIBUTING.md.</summary>
public sealed partial class BoundaryTests
{
    private static readonly string s_root = FindRoot();

    private static readonly Dictionary<string, string[]> s_mayReference = new()
    {
        ["src/Rayshard"] = [],
        ["src/Rayshard.Storage"] = ["Rayshard"],
        ["src/Rayshard.Blender"] = ["Rayshard"],
        ["src/Rayshard.Execution"] = ["Rayshard", "Rayshard.Storage", "Rayshard.Blender"],
        ["src/Rayshard.Reporting"] = ["Rayshard", "Rayshard.Storage"],
        ["experiments"] = ["Rayshard"],
        ["build"] = ["Rayshard", "Rayshard.Execution", "Rayshard.Reporting", "Experiments", "Rayshard.Inspection", "Rayshard.Sharing"],
        ["src/Rayshard.Inspection"] = ["Rayshard", "Rayshard.Storage"],
        ["src/Rayshard.Sharing"] = ["Rayshard", "Rayshard.Storage"],
    };

    private static readonly Dictionary<string, string[]> s_mayUsePackages = new()
    {
        ["src/Rayshard"] = ["Newtonsoft.Json", "NJsonSchema.NewtonsoftJson"],
        ["src/Rayshard.Storage"] = ["Microsoft.Data.Sqlite", "Parquet.Net", "System.IO.Hashing"],
        ["src/Rayshard.Blender"] = ["System.IO.Hashing"],
        ["src/Rayshard.Execution"] = [],
        ["src/Rayshard.Reporting"] = ["Magick.NET-Q8-x64"],
        ["src/Rayshard.Inspection"] = [],
        ["src/Rayshard.Sharing"] = ["AWSSDK.S3", "PureHDF", "System.IO.Hashing"],
        ["experiments"] = [],
        ["build"] = ["Spectre.Console"],
    };

    public static TheoryData<string> Projects => [.. s_mayReference.Keys];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_what_it_may(string folder)
    {
        var project = XDocument.Load(Directory.GetFiles(Path.Combine(s_root, folder), "*.csproj").Single());
        var references = project.Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/')));
        var packages = project.Descendants("PackageReference").Select(r => r.Attribute("Include")!.Value);

        Assert.Empty(references.Except(s_mayReference[folder]));
        Assert.Empty(packages.Except(s_mayUsePackages[folder]));
    }

    [Fact]
    public void Every_project_of_the_product_has_its_rule()
    {
        var projects = Directory.GetFiles(Path.Combine(s_root, "src"), "*.csproj", SearchOption.AllDirectories)
            .Select(file => "src/" + Path.GetFileNameWithoutExtension(file));

        Assert.Empty(projects.Except(s_mayReference.Keys));
    }

    [Fact]
    public void Src_never_hears_of_Cake_nor_calls_what_is_banned()
    {
        var found = Sources("src").SelectMany(file => File.ReadLines(file).Select((line, i) => (file, line, i)))
            .Where(l => Banned().IsMatch(l.line)).Select(l => $"{l.file}({l.i + 1}): {l.line.Trim()}");

        Assert.Empty(found);
    }

    [Fact]
    public void Storage_never_hears_of_Blender_and_Blender_never_of_shards()
    {
        Assert.Empty(Mentions("src/Rayshard.Storage", "Rayshard.Blender"));
        Assert.Empty(Mentions("src/Rayshard.Blender", "Rayshard.Storage"));
        Assert.Empty(Mentions("src/Rayshard.Blender", "Shard"));
    }

    [Fact]
    public void No_source_file_is_longer_than_300_lines()
    {
        var found = Sources("src").Concat(Sources("build")).Concat(Sources("tests"))
            .Select(file => (file, lines: File.ReadLines(file).Count())).Where(f => f.lines > 300);

        Assert.Empty(found);
    }

    private static IEnumerable<string> Mentions(string folder, string word) =>
        Sources(folder).Where(file => File.ReadAllText(file).Contains(word, StringComparison.Ordinal) && !word.Equals("Rayshard", StringComparison.Ordinal))
            .Where(file => word != "Shard" || File.ReadLines(file).Any(line => ShardWord().IsMatch(line)));

    private static IEnumerable<string> Sources(string folder) =>
        Directory.GetFiles(Path.Combine(s_root, folder), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal));

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "cake.config")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("no cake.config above the tests");
        }

        return folder;
    }

    [GeneratedRegex(@"\bCake\.|\bDateTime\.(Now|UtcNow)|DateTimeOffset\.(Now|UtcNow)|\bRandom\.Shared|\bnew Random\(|Guid\.NewGuid|ExtractToDirectory|\bConsole\.|throw new Exception\(")]
    private static partial Regex Banned();

    [GeneratedRegex(@"(?<![A-Za-z])Shard")]
    private static partial Regex ShardWord();
}
