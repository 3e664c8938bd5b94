using System.Text.RegularExpressions;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Newtonsoft.Json.Serialization;
using NJsonSchema;
using NJsonSchema.NewtonsoftJson.Generation;

namespace Rayshard;

/// <summary>An experiment as JSON: read strictly, written canonically, described by a schema.</summary>
public static partial class ExperimentFile
{
    private static readonly JsonSerializerSettings s_settings = new()
    {
        ContractResolver = new Contracts(),
        MissingMemberHandling = MissingMemberHandling.Error,
        NullValueHandling = NullValueHandling.Ignore,
        DateParseHandling = DateParseHandling.None,
        FloatParseHandling = FloatParseHandling.Double,
    };

    private static readonly JsonSerializerSettings s_strict = new(s_settings) { Converters = [new StrictPrimitives()] };

    /// <summary>Reads an <c>experiment.json</c>. Unknown and doubled keys, and values of the wrong kind, are errors.</summary>
    /// <returns>The experiment, not yet resolved, and where each field stands.</returns>
    /// <exception cref="InvalidExperimentException">The text is no experiment.</exception>
    public static (Experiment Experiment, Func<string, SourceLine> Where) Read(string path)
    {
        var text = File.ReadAllText(path);
        try
        {
            using var reader = new JsonTextReader(new StringReader(text)) { MaxDepth = 32, DateParseHandling = DateParseHandling.None };
            var json = JObject.Load(reader, new()
            {
                DuplicatePropertyNameHandling = DuplicatePropertyNameHandling.Error,
                LineInfoHandling = LineInfoHandling.Load,
                CommentHandling = CommentHandling.Ignore,
            });
            RefuseAfter(reader);
            RefuseNullItems(json);

            // From the token's own text, so that the serializer's errors carry the file's lines.
            var experiment = JsonConvert.DeserializeObject<Experiment>(text, s_strict)
                ?? throw new JsonSerializationException("the file is empty");
            return (experiment, field => Where(path, json, field));
        }
        catch (JsonException e)
        {
            var (field, line) = e switch
            {
                JsonReaderException r => (r.Path, r.LineNumber),
                JsonSerializationException s => (s.Path, s.LineNumber),
                _ => (null, 0),
            };
            var reason = Position().Replace(e.Message.Split('\n')[0], "").TrimEnd('.', ' ');
            throw new InvalidExperimentException(path, [new(new(path, line), string.IsNullOrEmpty(field) ? "(file)" : field, reason)]);
        }
    }

    /// <summary>Writes a resolved experiment in canonical form, with a line feed at the end.</summary>
    public static byte[] Write(Experiment resolved) => [.. CanonicalJson.Bytes(ToJson(resolved with { Schema = null })), (byte)'\n'];

    /// <summary>The JSON schema of an experiment, for completion and checks in editors.</summary>
    public static string JsonSchema()
    {
        var settings = new NewtonsoftJsonSchemaGeneratorSettings
        {
            SerializerSettings = s_settings,
            AlwaysAllowAdditionalObjectProperties = false,
            DefaultReferenceTypeNullHandling = NJsonSchema.Generation.ReferenceTypeNullHandling.NotNull,
            UseXmlDocumentation = true,
            TypeMappers = { new NJsonSchema.Generation.TypeMappers.PrimitiveTypeMapper(typeof(Value), DescribeValue) },
        };
        return NJsonSchema.JsonSchema.FromType<Experiment>(settings).ToJson(Formatting.Indented).Replace("\r\n", "\n", StringComparison.Ordinal) + "\n";
    }

    internal static JToken ToJson(object value) => JToken.FromObject(value, JsonSerializer.Create(s_settings));

    private static void DescribeValue(JsonSchema schema)
    {
        schema.Type = JsonObjectType.Number | JsonObjectType.Boolean | JsonObjectType.String | JsonObjectType.Array;
        schema.Item = new() { Type = JsonObjectType.Number };
        schema.Description = "A number, a boolean, a text, or an array of numbers.";
    }

    private static void RefuseAfter(JsonTextReader reader)
    {
        if (reader.Read())
        {
            throw new JsonReaderException("more text after the experiment's closing brace", reader.Path, reader.LineNumber, reader.LinePosition, null);
        }
    }

    private static void RefuseNullItems(JObject json)
    {
        if (json.Descendants().FirstOrDefault(token => token is { Type: JTokenType.Null, Parent: JArray }) is { } item)
        {
            throw new JsonSerializationException("null is no item of a list: leave it out", item.Path, ((IJsonLineInfo)item).LineNumber, 0, null);
        }
    }

    // The line of the field, or of the nearest thing around it that is there.
    private static SourceLine Where(string path, JObject json, string field)
    {
        for (var at = field; at.Length > 0; at = at[..Math.Max(0, at.LastIndexOfAny(['.', '[']))])
        {
            if (json.SelectToken(at) is IJsonLineInfo { } token && token.HasLineInfo())
            {
                return new(path, token.LineNumber);
            }
        }

        return new(path, 1);
    }

    [GeneratedRegex(@" Path '[^']*'(, line \d+, position \d+)?\.?")]
    private static partial Regex Position();

    private sealed class Contracts : DefaultContractResolver
    {
        public Contracts() => NamingStrategy = new CamelCaseNamingStrategy();

        protected override JsonProperty CreateProperty(System.Reflection.MemberInfo member, MemberSerialization memberSerialization)
        {
            var property = base.CreateProperty(member, memberSerialization);

            // An absent field keeps its default; null in its place is a mistake unless the field may be absent.
            if (property.Required == Required.Always && property.PropertyType == typeof(string))
            {
                property.NullValueHandling = NullValueHandling.Include;
            }

            return property;
        }
    }
}
