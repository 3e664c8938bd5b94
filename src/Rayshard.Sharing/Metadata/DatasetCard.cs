using System.Globalization;
using System.Text;
using Newtonsoft.Json;
using Rayshard.Storage;

namespace Rayshard.Sharing.Metadata;

/// <summary>
/// <c>README.md</c>: what the bundle is and how to open it, for people; with the front matter of a Hugging Face dataset card. One config only: Hugging
/// Face takes the builder of all configs from the files of the first.
/// </summary>
internal static class DatasetCard
{
    public const string FileName = "README.md";

    public static byte[] Of(BundleContent content)
    {
        var text = new StringBuilder();
        FrontMatter(text, content);
        text.Append('\n').Append(Body(content));
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void FrontMatter(StringBuilder text, BundleContent content)
    {
        var id = Licence.HuggingFace(content.About.License);
        string[] lines =
        [
            "---",
            $"license: {id}",
            .. id == "other" ? new[] { $"license_name: {Quoted(content.About.License)}" } : [],
            $"pretty_name: {Quoted(content.Name)}",
            $"size_categories:\n- {Size(content.Frames)}",
            "tags:\n- blender\n- rayshard\n- webdataset\n- float32",
            "configs:\n- config_name: default\n  data_files:\n  - split: train\n    path: shards/*.tar",
            "---",
        ];
        text.AppendJoin('\n', lines).Append('\n');
    }

    private static string Body(BundleContent content)
    {
        var pass = content.Passes[0].Shape.Name;
        var missing = content.Frames < content.Plan.Count ? $" of the experiment's {Count(content.Plan.Count)}" : "";
        var selection = content.Selection is { } parts ? $"\nIt is a selection: {string.Join(", ", parts.Select(part => $"{part.Key} `{part.Value}`"))}.\n" : "";
        return $$$"""
            # {{{content.Name}}}

            {{{content.Description}}}

            {{{Count(content.Frames)}}} frames{{{missing}}}, raw float32, rendered by Blender {{{content.Toolchain.Version}}} ({{{content.Toolchain.Release}}}). Every array is named by its SHA-256,
            and anyone can render the frames again and compare them bit for bit.
            {{{selection}}}
            | | |
            |---|---|
            | authors | {{{string.Join(", ", content.About.Authors.Select(author => author.Name))}}} |
            | licence | {{{content.About.License}}} |
            | published | {{{content.About.Published}}} |
            | records | `{{{content.Records}}}` |

            ## Check it

                sha256sum -c SHA256SUMS

            The bundle's digest is `sha256sum manifest.json`: equal for everyone who has the same frames. What lies in `evidence/` tells on what they were
            rendered; it is checked by the same line, but is no part of the digest.

            ## Open it

            With NumPy and the file `rayshard.py` that lies here (any frame, by number or by parameter, from a folder or over http):

            ```python
            from rayshard import Frames
            frames = Frames(".")                  # or Frames("https://...")
            frame = frames[0]                     # {"index": 0, "parameters": {...}, "passes": {...}}
            pixels = frame["passes"]["{{{pass}}}"]   # numpy, float32, (height, width, channels), mapped and not read
            {{{Where(content)}}}
            ```

            `Frames` has `__len__` and `__getitem__` and can be pickled: it is a PyTorch `Dataset` and a grain data source as it is.

            With NumPy and pandas alone:

            ```python
            import numpy, pandas
            row = pandas.read_parquet("blobs.parquet").iloc[0]
            pixels = numpy.memmap("shards/" + row.shard, row.dtype, "r", row.data_offset, (row.height, row.width, len(row.channels.split(","))))
            ```

            With others: `load_dataset("webdataset", data_files="shards/*.tar")` (Hugging Face), `wds.WebDataset("shards/{{{Braces(content)}}}").decode()`
            (WebDataset), `fn.readers.webdataset(paths=..., index_paths=..., ext=["{{{pass}}}.npy"])` (DALI; the array follows 128 bytes of header),
            `SELECT * FROM 'frames.parquet'` (DuckDB). `croissant.json` and `ro-crate-metadata.json` describe it all for machines.

            ## What is in a frame

            | pass | channels | height x width | unit | |
            |---|---|---|---|---|
            {{{string.Join('\n', content.Passes.Select(Row))}}}

            | parameter | unit | values |
            |---|---|---|
            {{{string.Join('\n', content.Experiment.Parameters.Select(Row))}}}

            ## Render it again

                dotnet cake --target=Reproduce --bundle=DIR --sample=16

            in a checkout of Rayshard. `experiment/` holds the experiment, its scene and the pin of its Blender.{{{Citation(content)}}}

            """.ReplaceLineEndings("\n");
    }

    private static string Where(BundleContent content) => content.Experiment.Parameters.FirstOrDefault(parameter => content.Plan.At(0).Values[content.Experiment.Parameters.ToList().IndexOf(parameter)].Kind is ValueKind.Float or ValueKind.Integer) is { } parameter
        ? $"some = frames.where(lambda p: p[\"{parameter.Name}\"] > {content.Plan.At(0).Values[content.Experiment.Parameters.ToList().IndexOf(parameter)]})"
        : "some = frames[10:20]";

    private static string Row(BundlePass pass) =>
        string.Create(CultureInfo.InvariantCulture, $"| `{pass.Shape.Name}` | {string.Join(' ', pass.Shape.Channels)} | {pass.Shape.Height} x {pass.Shape.Width} | {pass.Pass.Unit} | {pass.Pass.Title} |");

    private static string Row(Parameter parameter) => $"| `{parameter.Name}` | {Cell(parameter.Unit)} | {parameter switch
    {
        { List: { } list } => $"{list.Count} listed",
        { Linear: { } linear } => string.Create(CultureInfo.InvariantCulture, $"{linear.Count} from {linear.From} to {linear.To}"),
        { Random: { } random } => string.Create(CultureInfo.InvariantCulture, $"{random.Count} drawn"),
        _ => "",
    }} |";

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    private static string Citation(BundleContent content) => content.About.Citation is { } citation ? $"\n\n## Cite it\n\n{string.Join('\n', citation.Split('\n').Select(line => "    " + line.TrimEnd()))}" : "";

    private static string Braces(BundleContent content)
    {
        var (first, last) = (Number(content.Shards[0]), Number(content.Shards[^1]));
        return first == last ? Path.GetFileName(content.Shards[0].File.Name) : $"{content.Name}-{{{first}..{last}}}.tar";
        string Number(BundleShard shard) => Path.GetFileNameWithoutExtension(shard.File.Name)[(content.Name.Length + 1)..];
    }

    // Hugging Face's own classes of size.
    private static string Size(long frames) => frames switch
    {
        < 1_000 => "n<1K",
        < 10_000 => "1K<n<10K",
        < 100_000 => "10K<n<100K",
        < 1_000_000 => "100K<n<1M",
        < 10_000_000 => "1M<n<10M",
        _ => "10M<n<100M",
    };

    // A JSON text is a YAML text.
    private static string Quoted(string text) => JsonConvert.ToString(text);

    private static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
