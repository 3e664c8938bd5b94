using Newtonsoft.Json.Linq;

namespace Rayshard.Sharing.Metadata;

/// <summary>
/// <c>croissant.json</c>: MLCommons Croissant 1.1. The frames and the blobs are record sets over the Parquet tables; the shards are a set of files,
/// because Croissant knows no npy.
/// </summary>
internal static class Croissant
{
    public const string FileName = "croissant.json";

    private const string Context = """
        {
          "@language": "en", "@vocab": "https://schema.org/", "arrayShape": "cr:arrayShape", "citeAs": "cr:citeAs", "column": "cr:column",
          "conformsTo": "dct:conformsTo", "containedIn": "cr:containedIn", "cr": "http://mlcommons.org/croissant/",
          "data": { "@id": "cr:data", "@type": "@json" }, "dataType": { "@id": "cr:dataType", "@type": "@vocab" }, "dct": "http://purl.org/dc/terms/",
          "equivalentProperty": "cr:equivalentProperty", "examples": { "@id": "cr:examples", "@type": "@json" }, "excludes": "cr:excludes",
          "extract": "cr:extract", "field": "cr:field", "fileObject": "cr:fileObject", "fileProperty": "cr:fileProperty", "fileSet": "cr:fileSet",
          "format": "cr:format", "includes": "cr:includes", "isArray": "cr:isArray", "isLiveDataset": "cr:isLiveDataset", "jsonPath": "cr:jsonPath",
          "key": "cr:key", "md5": "cr:md5", "parentField": "cr:parentField", "path": "cr:path", "prov": "http://www.w3.org/ns/prov#",
          "rai": "http://mlcommons.org/croissant/RAI/", "recordSet": "cr:recordSet", "references": "cr:references", "regex": "cr:regex",
          "repeated": "cr:repeated", "replace": "cr:replace", "samplingRate": "cr:samplingRate", "sc": "https://schema.org/", "separator": "cr:separator",
          "source": "cr:source", "subField": "cr:subField", "transform": "cr:transform", "unArchive": "cr:unArchive", "value": "cr:value"
        }
        """;

    private static readonly (string Name, Type Type)[] s_blobColumns =
    [
        ("frame", typeof(string)), ("record", typeof(string)), ("pass", typeof(string)), ("address", typeof(string)), ("shard", typeof(string)), ("offset", typeof(long)), ("length", typeof(long)),
        ("data_offset", typeof(long)), ("dtype", typeof(string)), ("height", typeof(int)), ("width", typeof(int)), ("channels", typeof(string)),
    ];

    public static JObject Of(BundleContent content, IReadOnlyList<BundleFile> files)
    {
        var json = new JObject
        {
            ["@context"] = JObject.Parse(Context),
            ["@type"] = "sc:Dataset",
            ["conformsTo"] = "http://mlcommons.org/croissant/1.1",
            ["name"] = content.Name,
            ["description"] = content.Description,
            ["url"] = content.Url,
            ["license"] = Licence.Address(content.About.License),
            ["creator"] = new JArray(content.About.Authors.Select(author => new JObject { ["@type"] = "sc:Person", ["name"] = author.Name, ["url"] = author.Orcid is { } orcid ? $"https://orcid.org/{orcid}" : null })),
            ["datePublished"] = content.About.Published,
            ["version"] = "1.0.0",
            ["citeAs"] = content.About.Citation,
            ["distribution"] = new JArray(files.Select(FileObject).Append(Shards())),
            ["recordSet"] = new JArray(RecordSet("frames", "A row per frame with its parameters.", content.FrameColumns), RecordSet("blobs", "A row per array: which bytes of which shard it is.", s_blobColumns)),
        };
        ((JObject)json["recordSet"]![1]!)["field"]![0]!["references"] = new JObject { ["field"] = new JObject { ["@id"] = "frames/frame" } };
        return Json.WithoutNulls(json);
    }

    private static JObject FileObject(BundleFile file) => new()
    {
        ["@type"] = "cr:FileObject",
        ["@id"] = file.Name,
        ["name"] = file.Name,
        ["contentUrl"] = file.Name,
        ["contentSize"] = $"{file.Bytes} B",
        ["encodingFormat"] = file.Type == "application/vnd.apache.parquet" ? "application/x-parquet" : file.Type,
        ["sha256"] = file.Sha256.ToString(),
    };

    private static JObject Shards() => new()
    {
        ["@type"] = "cr:FileSet",
        ["@id"] = "shards",
        ["name"] = "shards",
        ["description"] = "Tar shards, WebDataset layout: a JSON record and an npy array per pass for each frame.",
        ["encodingFormat"] = "application/x-tar",
        ["includes"] = $"{BundleNames.ShardFolder}*.tar",
    };

    private static JObject RecordSet(string name, string description, IEnumerable<(string Name, Type Type)> columns) => new()
    {
        ["@type"] = "cr:RecordSet",
        ["@id"] = name,
        ["name"] = name,
        ["description"] = description,
        ["key"] = name == "frames" ? new JObject { ["@id"] = "frames/frame" } : null,
        ["field"] = new JArray(columns.Select(column => new JObject
        {
            ["@type"] = "cr:Field",
            ["@id"] = $"{name}/{column.Name}",
            ["name"] = $"{name}/{column.Name}",
            ["dataType"] = DataType(column.Type),
            ["source"] = new JObject { ["fileObject"] = new JObject { ["@id"] = $"{name}.parquet" }, ["extract"] = new JObject { ["column"] = column.Name } },
        })),
    };

    private static string DataType(Type type) => type == typeof(string) ? "sc:Text" : type == typeof(bool) ? "sc:Boolean" : type == typeof(double) ? "sc:Float" : "sc:Integer";
}
