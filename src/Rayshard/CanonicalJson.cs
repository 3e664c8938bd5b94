using System.Globalization;
using System.Text;
using Newtonsoft.Json.Linq;

namespace Rayshard;

/// <summary>
/// The one byte form of a JSON value, so that its digest is its identity: what Python's
/// <c>json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)</c> writes, as UTF-8. Floats always
/// carry a point or an exponent, so a reader that infers types sees a float in every frame, also where the value is 1.0.
/// </summary>
public static class CanonicalJson
{
    /// <summary>The order of names in an object: by code point, as Python sorts. .NET's ordinal order is by UTF-16 unit and puts U+10000 and above before U+E000.</summary>
    internal static readonly Comparer<string> NameOrder = Comparer<string>.Create((a, b) =>
    {
        var same = a.AsSpan().CommonPrefixLength(b);
        return same == a.Length || same == b.Length ? a.Length.CompareTo(b.Length) : Rank(a[same]).CompareTo(Rank(b[same]));
        static int Rank(char c) => char.IsSurrogate(c) ? c + 0x10000 : c;
    });

    /// <summary>The canonical bytes of <paramref name="value"/>.</summary>
    /// <exception cref="FormatException">The value has no JSON form: NaN, infinity, a lone surrogate, a date.</exception>
    public static byte[] Bytes(JToken value) => Encoding.UTF8.GetBytes(Text(value));

    /// <summary>The canonical text of <paramref name="value"/>.</summary>
    /// <exception cref="FormatException">The value has no JSON form: NaN, infinity, a lone surrogate, a date.</exception>
    public static string Text(JToken value)
    {
        var text = new StringBuilder();
        Write(text, value);
        return text.ToString();
    }

    /// <summary>A double as Python's <c>repr</c> writes it: the shortest digits that read back as the same bits.</summary>
    /// <exception cref="FormatException">NaN or infinity.</exception>
    public static string Number(double value)
    {
        if (!double.IsFinite(value))
        {
            throw new FormatException($"{value.ToString(CultureInfo.InvariantCulture)} has no JSON form.");
        }

        if (value == 0)
        {
            return double.IsNegative(value) ? "-0.0" : "0.0";
        }

        var scientific = value.ToString("E16", CultureInfo.InvariantCulture);
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        return Format(double.IsNegative(value) ? "-" : "", Digits(shortest), PointAfter(shortest, scientific));
    }

    private static string Digits(string shortest)
    {
        var mantissa = shortest.Split('E')[0].TrimStart('-').Replace(".", "", StringComparison.Ordinal);
        return mantissa.TrimStart('0').TrimEnd('0');
    }

    // Where the decimal point stands, counted from the first significant digit: 12.5 -> 2, 0.001 -> -2.
    private static int PointAfter(string shortest, string scientific)
    {
        var plain = shortest.TrimStart('-');
        var parts = plain.Split('E');
        var exponent = parts.Length == 2 ? int.Parse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) : 0;
        var whole = parts[0].Split('.')[0].TrimStart('0');
        if (whole.Length > 0)
        {
            return whole.Length + exponent;
        }

        return int.Parse(scientific.Split('E')[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) + 1;
    }

    // Python's rule: an exponent from 1e16 up and below 1e-4.
    private static string Format(string sign, string digits, int point)
    {
        if (point is > 16 or < -3)
        {
            var exponent = point - 1;
            var mantissa = digits.Length == 1 ? digits : $"{digits[0]}.{digits[1..]}";
            return $"{sign}{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        }

        if (point <= 0)
        {
            return $"{sign}0.{new string('0', -point)}{digits}";
        }

        return point >= digits.Length
            ? $"{sign}{digits}{new string('0', point - digits.Length)}.0"
            : $"{sign}{digits[..point]}.{digits[point..]}";
    }

    private static void Write(StringBuilder text, JToken value)
    {
        switch (value.Type)
        {
            case JTokenType.Object:
                WriteAll(text, '{', ((JObject)value).Properties().OrderBy(p => p.Name, NameOrder), '}', property =>
                {
                    WriteText(text, property.Name);
                    text.Append(':');
                    Write(text, property.Value);
                });
                break;
            case JTokenType.Array:
                WriteAll(text, '[', value.Children(), ']', item => Write(text, item));
                break;
            case JTokenType.Integer:
                text.Append(Convert.ToString(((JValue)value).Value, CultureInfo.InvariantCulture));
                break;
            case JTokenType.Float:
                text.Append(Number(value.Value<double>()));
                break;
            case JTokenType.String when value.Value<string>() is { } content:
                WriteText(text, content);
                break;
            case JTokenType.Boolean:
                text.Append(value.Value<bool>() ? "true" : "false");
                break;
            case JTokenType.Null:
            case JTokenType.String:
                text.Append("null");
                break;
            default:
                throw new FormatException($"A {value.Type} has no canonical JSON form.");
        }
    }

    private static void WriteAll<T>(StringBuilder text, char open, IEnumerable<T> items, char close, Action<T> write)
    {
        text.Append(open);
        var first = true;
        foreach (var item in items)
        {
            if (!first)
            {
                text.Append(',');
            }

            first = false;
            write(item);
        }

        text.Append(close);
    }

    private static void WriteText(StringBuilder text, string value)
    {
        text.Append('"');
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            switch (c)
            {
                case '"': text.Append("\\\""); break;
                case '\\': text.Append("\\\\"); break;
                case '\n': text.Append("\\n"); break;
                case '\r': text.Append("\\r"); break;
                case '\t': text.Append("\\t"); break;
                case '\b': text.Append("\\b"); break;
                case '\f': text.Append("\\f"); break;
                case < ' ': text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"); break;
                default:
                    if (char.IsSurrogate(c) && !(char.IsHighSurrogate(c) && i + 1 < value.Length && char.IsLowSurrogate(value[i + 1]))
                        && !(char.IsLowSurrogate(c) && i > 0 && char.IsHighSurrogate(value[i - 1])))
                    {
                        throw new FormatException("A lone surrogate has no UTF-8 form.");
                    }

                    text.Append(c);
                    break;
            }
        }

        text.Append('"');
    }
}
