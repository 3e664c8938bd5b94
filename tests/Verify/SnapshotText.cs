using System.Collections;
using System.Globalization;
using Newtonsoft.Json;
using Newtonsoft.Json.Converters;
using Newtonsoft.Json.Linq;

namespace VerifyTests;

/// <summary>A target as text: the same on every machine.</summary>
internal static class SnapshotText
{
    private static readonly JsonSerializer s_serializer = JsonSerializer.Create(new()
    {
        Culture = CultureInfo.InvariantCulture,
        NullValueHandling = NullValueHandling.Ignore,
        Converters = { new StringEnumConverter(), new DictionaryInOrder() },
    });

    public static string Of(object? target) =>
        Normal(target is string text ? text : (target is null ? JValue.CreateNull() : JToken.FromObject(target, s_serializer)).ToString(Formatting.Indented));

    public static string Normal(string text) => text.ReplaceLineEndings("\n").TrimEnd('\n') + "\n";

    // A dictionary has no order of its own; members of a type keep theirs.
    private sealed class DictionaryInOrder : JsonConverter<IDictionary>
    {
        public override bool CanRead => false;

        public override void WriteJson(JsonWriter writer, IDictionary? value, JsonSerializer serializer)
        {
            writer.WriteStartObject();
            foreach (var (name, item) in value!.Keys.Cast<object>().Select(key => (Name: Convert.ToString(key, CultureInfo.InvariantCulture)!, Item: value[key])).OrderBy(entry => entry.Name, StringComparer.Ordinal))
            {
                writer.WritePropertyName(name);
                serializer.Serialize(writer, item);
            }

            writer.WriteEndObject();
        }

        public override IDictionary ReadJson(JsonReader reader, Type objectType, IDictionary? existingValue, bool hasExistingValue, JsonSerializer serializer) =>
            throw new NotSupportedException();
    }
}
