using System.Buffers;
using System.Globalization;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Rayshard;

/// <summary>What kind of value a parameter takes.</summary>
public enum ValueKind
{
    /// <summary>A double.</summary>
    Float,

    /// <summary>A 64-bit integer.</summary>
    Integer,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>A text, also an enum item of Blender.</summary>
    Text,

    /// <summary>Several doubles: a colour, a position.</summary>
    Vector,
}

/// <summary>One value of a parameter: a number, a boolean, a text or a vector of doubles. Immutable.</summary>
[JsonConverter(typeof(ValueConverter))]
public sealed class Value : IEquatable<Value>
{
    private readonly object _value;

    private Value(ValueKind kind, object value)
    {
        Kind = kind;
        _value = value;
    }

    /// <summary>What kind of value this is.</summary>
    public ValueKind Kind { get; }

    /// <summary>How many numbers a vector has; 0 for everything else.</summary>
    public int Length => _value is double[] vector ? vector.Length : 0;

    /// <summary>A vector of doubles.</summary>
    public static Value Vector(params double[] components) => new(ValueKind.Vector, components.Clone());

    /// <summary>A double.</summary>
    public static implicit operator Value(double value) => new(ValueKind.Float, value);

    /// <summary>An integer.</summary>
    public static implicit operator Value(long value) => new(ValueKind.Integer, value);

    /// <summary>An integer.</summary>
    public static implicit operator Value(int value) => new(ValueKind.Integer, (long)value);

    /// <summary>A boolean.</summary>
    public static implicit operator Value(bool value) => new(ValueKind.Boolean, value);

    /// <summary>A text.</summary>
    public static implicit operator Value(string value) => new(ValueKind.Text, value);

    /// <summary>A vector of doubles.</summary>
    public static implicit operator Value(double[] value) => Vector(value);

    /// <summary>This value as JSON: a float stays a float (1.0), an integer an integer (1).</summary>
    public JToken ToJson() => _value is double[] vector
        ? new JArray(vector.Select(component => new JValue(component)))
        : new JValue(_value);

    /// <summary>Writes it as canonical JSON.</summary>
    /// <exception cref="FormatException">It holds NaN or infinity.</exception>
    public void WriteTo(ArrayBufferWriter<byte> to)
    {
        switch (_value)
        {
            case double number:
                to.WriteNumber(number);
                break;
            case long integer:
                to.WriteNumber(integer);
                break;
            case bool boolean:
                to.Write(boolean ? "true"u8 : "false"u8);
                break;
            case string text:
                to.WriteText(text);
                break;
            case double[] vector:
                for (var i = 0; i < vector.Length; i++)
                {
                    to.Write(i == 0 ? "["u8 : ","u8);
                    to.WriteNumber(vector[i]);
                }

                to.Write(vector.Length == 0 ? "[]"u8 : "]"u8);
                break;
        }
    }

    /// <summary>Reads a number, boolean, text, or an array of numbers.</summary>
    /// <exception cref="FormatException">The token is something else.</exception>
    public static Value FromJson(JToken token) => token.Type switch
    {
        JTokenType.Float => token.Value<double>(),
        JTokenType.Integer when ((JValue)token).Value is long => token.Value<long>(),
        JTokenType.Boolean => token.Value<bool>(),
        JTokenType.String => token.Value<string>()!,
        JTokenType.Array when token.HasValues && token.All(t => t.Type is JTokenType.Float or JTokenType.Integer)
            => Vector([.. token.Select(t => t.Value<double>())]),
        _ => throw new FormatException($"a {token.Type.ToString().ToUpperInvariant()} is no value of a parameter: give a number, a boolean, a text or an array of numbers"),
    };

    /// <summary>An integer as a float; every other value as it is.</summary>
    public Value AsFloat() => _value is long integer ? (double)integer : this;

    /// <summary>Whether every number in it is finite.</summary>
    public bool IsFinite => _value switch
    {
        double number => double.IsFinite(number),
        double[] vector => Array.TrueForAll(vector, double.IsFinite),
        _ => true,
    };

    /// <summary>The numbers in it: none for a text or a boolean.</summary>
    public IEnumerable<double> Numbers => _value switch
    {
        double number => [number],
        long integer => [integer],
        double[] vector => vector,
        _ => [],
    };

    /// <summary>The text, where it is one.</summary>
    public string? Text => _value as string;

    /// <inheritdoc/>
    public bool Equals(Value? other) => other is not null && Kind == other.Kind && ToString() == other.ToString();

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Value);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, ToString());

    /// <summary>The value's canonical JSON, or the number's plain text where it has none (NaN).</summary>
    public override string ToString() => IsFinite
        ? CanonicalJson.Text(ToJson())
        : string.Join(",", Numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)));

    private sealed class ValueConverter : JsonConverter<Value>
    {
        public override Value ReadJson(JsonReader reader, Type objectType, Value? existingValue, bool hasExistingValue, JsonSerializer serializer)
        {
            var (path, line) = (reader.Path, ((IJsonLineInfo)reader).LineNumber);
            try
            {
                return FromJson(JToken.Load(reader));
            }
            catch (FormatException e)
            {
                throw new JsonSerializationException(e.Message, path, line, 0, e);
            }
        }

        public override void WriteJson(JsonWriter writer, Value? value, JsonSerializer serializer) => value!.ToJson().WriteTo(writer);
    }
}
