using System.Globalization;
using Newtonsoft.Json;

namespace Rayshard;

/// <summary>Takes numbers, booleans and texts only where they stand as such: Newtonsoft would make 2 of 1.5, and 8 of "8".</summary>
internal sealed class StrictPrimitives : JsonConverter
{
    private static readonly Dictionary<Type, (JsonToken[] Tokens, string Name)> s_types = new()
    {
        [typeof(int)] = ([JsonToken.Integer], "a whole number"),
        [typeof(long)] = ([JsonToken.Integer], "a whole number"),
        [typeof(double)] = ([JsonToken.Integer, JsonToken.Float], "a number"),
        [typeof(bool)] = ([JsonToken.Boolean], "true or false"),
        [typeof(string)] = ([JsonToken.String], "a text"),
    };

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override bool CanConvert(Type objectType) => s_types.ContainsKey(Nullable.GetUnderlyingType(objectType) ?? objectType);

    /// <inheritdoc/>
    public override object? ReadJson(JsonReader reader, Type objectType, object? existingValue, JsonSerializer serializer)
    {
        var type = Nullable.GetUnderlyingType(objectType) ?? objectType;
        if (reader.TokenType == JsonToken.Null && (type != objectType || type == typeof(string)))
        {
            return null;
        }

        var (tokens, name) = s_types[type];
        try
        {
            return tokens.Contains(reader.TokenType)
                ? Convert.ChangeType(reader.Value, type, CultureInfo.InvariantCulture)
                : throw Wrong(reader, name);
        }
        catch (Exception e) when (e is OverflowException or InvalidCastException) // The latter: more than 64 bits.
        {
            throw Wrong(reader, name + " of this size");
        }
    }

    /// <inheritdoc/>
    public override void WriteJson(JsonWriter writer, object? value, JsonSerializer serializer) => throw new NotSupportedException();

    private static JsonSerializationException Wrong(JsonReader reader, string name) =>
        new($"'{reader.Value ?? reader.TokenType}' is not {name}", reader.Path, ((IJsonLineInfo)reader).LineNumber, 0, null);
}
