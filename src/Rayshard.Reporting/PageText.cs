using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Rayshard.Reporting;

/// <summary>
/// The page's own HTML, style and script, put together from the files under <c>page/</c>. The script's files are modules for an editor; here
/// their imports and exports are taken out and they become one, because a page on disk can't import.
/// </summary>
internal static partial class PageText
{
    // Those that others import stand before them.
    private static readonly string[] s_scripts =
        ["half", "numbers", "dom", "look", "model", "embedded", "live", "filter", "grid", "chart", "plot", "viewer", "compare", "about", "main"];

    private static readonly string s_style = Read("page.css");
    private static readonly string s_script = Script();

    /// <summary>
    /// Nothing may be loaded and no script runs but this page's own, whatever names the experiment has; a live page may ask its own server.
    /// </summary>
    public static string Policy(bool isLive) =>
        $"default-src 'none'; script-src 'sha256-{Sha256(s_script)}'; style-src 'sha256-{Sha256(s_style)}'; img-src data:; base-uri 'none'; form-action 'none'{(isLive ? "; connect-src 'self'" : "")}";

    /// <summary>Writes the page up to where data may follow.</summary>
    public static void WriteHead(TextWriter page, JObject model, bool isLive)
    {
        var html = Read("page.html");
        var title = System.Net.WebUtility.HtmlEncode(model.Value<string>("experiment"));
        page.Write(html.Replace("{{policy}}", Policy(isLive), StringComparison.Ordinal)
            .Replace("{{style}}", s_style, StringComparison.Ordinal)
            .Replace("{{title}}", title, StringComparison.Ordinal));
        page.Write("<script type=\"application/json\" id=\"model\">");

        // EscapeHtml turns every < > & ' " into \u003c and so on: the JSON can't end the element that it stands in.
        page.Write(JsonConvert.SerializeObject(model, new JsonSerializerSettings { StringEscapeHandling = StringEscapeHandling.EscapeHtml }));
        page.Write("</script>\n");
    }

    /// <summary>Writes a piece of data that the script finds by its kind: zlib, then Base64.</summary>
    public static void WriteData(TextWriter page, string kind, string attributes, ReadOnlySpan<byte> bytes)
    {
        using var compressed = new MemoryStream();
        using (var zlib = new System.IO.Compression.ZLibStream(compressed, System.IO.Compression.CompressionLevel.Optimal, leaveOpen: true))
        {
            zlib.Write(bytes);
        }

        page.Write($"<script type=\"text/plain\" class=\"data-{kind}\"{attributes}>");
        page.Write(Convert.ToBase64String(compressed.GetBuffer(), 0, (int)compressed.Length));
        page.Write("</script>\n");
    }

    /// <summary>Writes the script and ends the page.</summary>
    public static void WriteEnd(TextWriter page) => page.Write($"<script type=\"module\">{s_script}</script>\n</body>\n</html>\n");

    private static string Script() => string.Join('\n', s_scripts.Select(name => ImportOrExport().Replace(Read($"{name}.js"), "")));

    private static string Sha256(string text) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string Read(string name)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream($"page/{name}")!);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"^import .*\n|^export (?=\w)", RegexOptions.Multiline)]
    private static partial Regex ImportOrExport();
}
