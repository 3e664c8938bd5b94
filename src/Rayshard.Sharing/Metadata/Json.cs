using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Rayshard.Sharing.Metadata;

/// <summary>JSON for people: indented, line feeds, the same bytes everywhere.</summary>
internal static class Json
{
    public static byte[] Bytes(JObject json)
    {
        var text = new StringBuilder();
        using (var writer = new JsonTextWriter(new StringWriter(text) { NewLine = "\n" }) { Formatting = Formatting.Indented })
        {
            json.WriteTo(writer);
        }

        return Encoding.UTF8.GetBytes(text.Append('\n').ToString());
    }

    public static JObject WithoutNulls(JObject json)
    {
        foreach (var property in json.Descendants().OfType<JProperty>().Where(property => property.Value.Type == JTokenType.Null).ToList())
        {
            property.Remove();
        }

        return json;
    }
}
