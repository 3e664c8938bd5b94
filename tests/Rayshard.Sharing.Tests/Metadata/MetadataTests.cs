using Newtonsoft.Json.Linq;

namespace Rayshard.Sharing.Tests.Metadata;

/// <summary>What is generated, as it is, and by the rules of those who read it.</summary>
public sealed class MetadataTests : IDisposable
{
    private readonly Workshop _shop = new();
    private readonly Bundle _bundle;

    public MetadataTests() => _bundle = _shop.Bundle();

    [Fact]
    public Task Dataset_card() => VerifyXunit.Verifier.Verify(File.ReadAllText(Path.Combine(_bundle.Folder, "README.md")));

    [Fact]
    public void Croissant_has_what_its_specification_requires_and_every_reference_leads_somewhere()
    {
        var croissant = Read("croissant.json");

        Assert.Equal("http://mlcommons.org/croissant/1.1", croissant["conformsTo"]);
        Assert.Equal("sc:Dataset", croissant["@type"]);
        Assert.All(["name", "description", "url", "license", "creator", "datePublished", "distribution", "recordSet"], field => Assert.NotNull(croissant[field]));
        var files = croissant["distribution"]!.ToDictionary(file => (string)file["@id"]!);
        foreach (var file in files.Values.Where(file => (string?)file["@type"] == "cr:FileObject"))
        {
            Assert.Equal(Digest.OfFile(Path.Combine(_bundle.Folder, (string)file["contentUrl"]!)).ToString(), (string?)file["sha256"]);
        }

        foreach (var field in croissant["recordSet"]!.SelectMany(set => set["field"]!))
        {
            Assert.StartsWith("sc:", (string?)field["dataType"], StringComparison.Ordinal);
            Assert.Contains((string)field["source"]!["fileObject"]!["@id"]!, files.Keys);
        }

        var columns = croissant["recordSet"]![0]!["field"]!.Select(field => (string)field["source"]!["extract"]!["column"]!).ToList();
        Assert.Equal(["index", "frame", "record", "noise_seed", "shard", "offset", "light", "colour_0", "colour_1", "colour_2"], columns);
    }

    [Fact]
    public void Ro_crate_is_one_flat_graph_whose_every_link_is_an_entity()
    {
        var graph = (JArray)Read("ro-crate-metadata.json")["@graph"]!;
        var entities = graph.ToDictionary(entity => (string)entity["@id"]!);

        Assert.Equal("./", entities["ro-crate-metadata.json"]["about"]!["@id"]);
        Assert.All(["name", "description", "datePublished", "license"], field => Assert.NotNull(entities["./"][field]));
        var links = graph.Children<JObject>().SelectMany(entity => entity.Descendants().OfType<JObject>()).Select(link => (string)link["@id"]!).Where(id => id != "https://w3id.org/ro/crate/1.2");
        Assert.DoesNotContain(links, id => !entities.ContainsKey(id));
        Assert.All(entities["./"]["hasPart"]!, part => Assert.True(File.Exists(Path.Combine(_bundle.Folder, (string)part["@id"]!))));
    }

    [Fact]
    public void The_statement_names_the_bundle_and_its_shards_by_digest()
    {
        var statement = Read("evidence/provenance.intoto.json");

        Assert.Equal(("https://in-toto.io/Statement/v1", "https://slsa.dev/provenance/v1"), ((string?)statement["_type"], (string?)statement["predicateType"]));
        Assert.Equal(_bundle.Head.Manifest.Shards.Select(shard => shard.Sha256).Prepend(_bundle.Head.Digest).Select(digest => digest.ToString()), statement["subject"]!.Select(subject => (string?)subject["digest"]!["sha256"]));
        Assert.Contains("experiment/scene/scene.py", statement["predicate"]!["buildDefinition"]!["resolvedDependencies"]!.Select(dependency => (string?)dependency["name"]));
    }

    public void Dispose() => _shop.Dispose();

    private JObject Read(string name) => JObject.Parse(File.ReadAllText(Path.Combine(_bundle.Folder, name)));
}
