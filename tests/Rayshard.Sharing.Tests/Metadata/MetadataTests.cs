using Newtonsoft.Json.Linq;
using ParquetSharp;

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
    public void Croissant_has_what_its_validator_requires_and_every_reference_leads_somewhere()
    {
        // What mlcroissant 1.1 calls an error (mlcroissant/_src/structure_graph/nodes), and what it warns of.
        var croissant = Read("croissant.json");
        Assert.Equal("http://mlcommons.org/croissant/1.1", croissant["conformsTo"]);
        Assert.Equal("sc:Dataset", croissant["@type"]);
        Assert.All(["name", "description", "url", "license", "creator", "datePublished", "version", "citeAs"], field => Assert.NotEmpty(croissant[field]!.ToString()));
        var nodes = croissant.Descendants().OfType<JObject>().Where(node => node["@id"] is not null && node["@type"] is not null && node["@type"]!.ToString().StartsWith("cr:", StringComparison.Ordinal)).ToDictionary(node => (string)node["@id"]!);
        Assert.Equal(nodes.Count, croissant.Descendants().OfType<JObject>().Count(node => node["@type"]?.ToString().StartsWith("cr:", StringComparison.Ordinal) == true));
        Assert.All(nodes, node => Assert.Equal(node.Key, node.Value["name"]));

        // Whatever else names an @id means one of these.
        Assert.All(croissant["recordSet"]!.SelectMany(set => ((JObject)set).Descendants().OfType<JObject>()).Where(node => node.Count == 1 && node["@id"] is not null), node => Assert.Contains((string)node["@id"]!, nodes.Keys));
        foreach (var (id, file) in nodes.Where(node => (string?)node.Value["@type"] == "cr:FileObject"))
        {
            Assert.Equal(id, file["contentUrl"]);
            Assert.NotEmpty((string)file["encodingFormat"]!);
            ExpectBytes(id, ((string)file["contentSize"]!).Replace(" B", "", StringComparison.Ordinal), (string)file["sha256"]!);
        }

        Assert.Equal(_bundle.Head.Files.Select(file => file.Name).Except(["croissant.json", "ro-crate-metadata.json", "manifest.json", "SHA256SUMS"]).Where(name => !name.StartsWith("evidence/", StringComparison.Ordinal)).Order(), nodes.Where(node => (string?)node.Value["@type"] == "cr:FileObject").Select(node => node.Key).Order());
        var set = nodes.Values.Single(node => (string?)node["@type"] == "cr:FileSet");
        Assert.NotEmpty((string)set["encodingFormat"]!);
        Assert.Equal(5, Directory.GetFiles(_bundle.Folder, (string)set["includes"]!).Length);
    }

    [Theory]
    [InlineData("frames", 10)]
    [InlineData("blobs", 12)]
    public void Croissants_fields_are_the_columns_of_the_Parquet_tables_and_of_their_types(string name, int count)
    {
        var set = Read("croissant.json")["recordSet"]!.Single(set => (string?)set["@id"] == name);
        using var table = new ParquetFileReader(Path.Combine(_bundle.Folder, name + ".parquet"));
        var schema = table.FileMetaData.Schema;

        Assert.Equal(count, schema.NumColumns);
        Assert.Equal(Enumerable.Range(0, count).Select(schema.Column).Select(column => ($"{name}.parquet", column.Name, column.PhysicalType switch
        {
            PhysicalType.Double => "sc:Float",
            PhysicalType.Boolean => "sc:Boolean",
            PhysicalType.ByteArray => "sc:Text",
            _ => "sc:Integer",
        })), set["field"]!.Select(field => ((string)field["source"]!["fileObject"]!["@id"]!, (string)field["source"]!["extract"]!["column"]!, (string)field["dataType"]!)));
        Assert.All(set["field"]!, field => Assert.Equal("cr:Field", field["@type"]));
    }

    [Fact]
    public void Ro_crate_is_one_flat_graph_whose_every_link_is_an_entity_and_every_file_what_it_says()
    {
        // RO-Crate 1.2, "Root Data Entity", "Data Entities", "RO-Crate JSON-LD".
        var crate = Read("ro-crate-metadata.json");
        Assert.Equal("https://w3id.org/ro/crate/1.2/context", crate["@context"]);
        var entities = crate["@graph"]!.Cast<JObject>().ToDictionary(entity => (string)entity["@id"]!);
        Assert.Equal(("CreativeWork", "./", "https://w3id.org/ro/crate/1.2"), ((string?)entities["ro-crate-metadata.json"]["@type"], (string?)entities["ro-crate-metadata.json"]["about"]!["@id"], (string?)entities["ro-crate-metadata.json"]["conformsTo"]!["@id"]));
        Assert.Equal("Dataset", entities["./"]["@type"]);
        Assert.All(["name", "description", "license"], field => Assert.NotEmpty(entities["./"][field]!.ToString()));
        Assert.Matches(@"^\d{4}-\d{2}-\d{2}\z", (string?)entities["./"]["datePublished"]);
        Assert.All(entities.Values, entity => Assert.NotEmpty((string)entity["@type"]!));

        // Flat: below an entity stand texts and links alone, and each link but that to the specification is an entity.
        var links = entities.Values.SelectMany(entity => entity.Descendants().OfType<JObject>()).ToList();
        Assert.All(links, link => Assert.Equal(["@id"], link.Properties().Select(property => property.Name)));
        Assert.DoesNotContain(links.Select(link => (string)link["@id"]!), id => id != "https://w3id.org/ro/crate/1.2" && !entities.ContainsKey(id));
        var files = entities.Where(entity => (string?)entity.Value["@type"] == "File").ToList();
        Assert.Equal(files.Select(file => file.Key).Order(), entities["./"]["hasPart"]!.Select(part => (string)part["@id"]!).Order());
        Assert.All(files, file => ExpectBytes(file.Key, (string)file.Value["contentSize"]!, (string)file.Value["sha256"]!));
        Assert.All(entities.Where(entity => (string?)entity.Value["@type"] == "Person"), person => Assert.Matches("^(#author-|https://orcid.org/)", person.Key));
    }

    [Fact]
    public void The_statement_names_the_bundle_and_its_shards_by_digest_and_nothing_without_digest_or_address()
    {
        // in-toto/attestation: spec/v1/statement.md, spec/v1/resource_descriptor.md; slsa.dev/spec/v1.0/provenance.
        var statement = Read("evidence/provenance.intoto.json");
        Assert.Equal(("https://in-toto.io/Statement/v1", "https://slsa.dev/provenance/v1"), ((string?)statement["_type"], (string?)statement["predicateType"]));
        Assert.Equal(_bundle.Head.Manifest.Shards.Select(shard => shard.Name).Prepend("manifest.json"), statement["subject"]!.Select(subject => (string?)subject["name"]));
        var definition = statement["predicate"]!["buildDefinition"]!;
        Assert.All([definition["buildType"], statement["predicate"]!["runDetails"]!["builder"]!["id"]], type => Assert.True(Uri.IsWellFormedUriString((string?)type, UriKind.Absolute)));
        Assert.NotEmpty(definition["externalParameters"]!);
        JToken[] resources = [.. statement["subject"]!, .. definition["resolvedDependencies"]!, .. statement["predicate"]!["runDetails"]!["byproducts"]!];
        foreach (var resource in resources.Where(resource => (string?)resource["name"] != "blender"))
        {
            ExpectBytes((string)resource["name"]!, null, (string)resource["digest"]!["sha256"]!);
        }

        Assert.Equal("pkg:deb/debian/blender@3.4.1%2Bdfsg-2%2Bb1", resources.Single(resource => (string?)resource["name"] == "blender")["uri"]);
        Assert.Contains("experiment/scene/scene.py", resources.Select(resource => (string?)resource["name"]));
    }

    public void Dispose() => _shop.Dispose();

    private void ExpectBytes(string name, string? bytes, string sha256)
    {
        var path = Path.Combine(_bundle.Folder, name);
        Assert.Equal((bytes ?? Text(new FileInfo(path).Length), sha256), (Text(new FileInfo(path).Length), Digest.OfFile(path).ToString()));
    }

    private static string Text(long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private JObject Read(string name) => JObject.Parse(File.ReadAllText(Path.Combine(_bundle.Folder, name)));
}
