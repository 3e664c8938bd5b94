using Newtonsoft.Json.Linq;

namespace Rayshard.Sharing.Metadata;

/// <summary><c>ro-crate-metadata.json</c>: RO-Crate 1.2, one flat graph: the bundle, its files, its authors, Blender, and the act that made it.</summary>
internal static class RoCrate
{
    public const string FileName = "ro-crate-metadata.json";

    public static JObject Of(BundleContent content, IReadOnlyList<BundleFile> files)
    {
        var about = content.About;
        var authors = about.Authors.Select((author, i) => (Id: author.Orcid is { } orcid ? $"https://orcid.org/{orcid}" : $"#author-{i}", author.Name)).ToList();
        var licence = Licence.Address(about.License);
        var graph = new JArray
        {
            new JObject { ["@id"] = FileName, ["@type"] = "CreativeWork", ["conformsTo"] = Id("https://w3id.org/ro/crate/1.2"), ["about"] = Id("./") },
            new JObject
            {
                ["@id"] = "./",
                ["@type"] = "Dataset",
                ["name"] = content.Name,
                ["description"] = content.Description,
                ["datePublished"] = about.Published,
                ["license"] = licence.StartsWith("https:", StringComparison.Ordinal) ? Id(licence) : licence,
                ["author"] = Ids(authors.Select(author => author.Id)),
                ["url"] = about.Url,
                ["creditText"] = about.Citation,
                ["hasPart"] = Ids(files.Select(file => file.Name)),
                ["mentions"] = Id("#render"),
            },
            new JObject
            {
                ["@id"] = "#render",
                ["@type"] = "CreateAction",
                ["name"] = "The frames were rendered",
                ["instrument"] = Ids(["#blender", "#rayshard"]),
                ["object"] = Ids(files.Where(file => file.Name.StartsWith("experiment/", StringComparison.Ordinal)).Select(file => file.Name)),
                ["result"] = Id("./"),
            },
            new JObject { ["@id"] = "#blender", ["@type"] = "SoftwareApplication", ["name"] = "Blender", ["url"] = "https://www.blender.org", ["version"] = $"{content.Toolchain.Version} ({content.Toolchain.Build})" },
            new JObject { ["@id"] = "#rayshard", ["@type"] = "SoftwareApplication", ["name"] = "Rayshard" },
        };
        if (licence.StartsWith("https:", StringComparison.Ordinal))
        {
            graph.Add(new JObject { ["@id"] = licence, ["@type"] = "CreativeWork", ["name"] = about.License });
        }

        foreach (var (id, name) in authors)
        {
            graph.Add(new JObject { ["@id"] = id, ["@type"] = "Person", ["name"] = name });
        }

        foreach (var file in files)
        {
            graph.Add(new JObject { ["@id"] = file.Name, ["@type"] = "File", ["name"] = Path.GetFileName(file.Name), ["contentSize"] = file.Bytes.ToString(System.Globalization.CultureInfo.InvariantCulture), ["encodingFormat"] = file.Type, ["sha256"] = file.Sha256.ToString() });
        }

        return Json.WithoutNulls(new() { ["@context"] = "https://w3id.org/ro/crate/1.2/context", ["@graph"] = graph });
    }

    private static JObject Id(string id) => new() { ["@id"] = id };

    private static JArray Ids(IEnumerable<string> ids) => new(ids.Select(Id));
}
