using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Rayshard.Sharing.Exports;

/// <summary>A value, or a vector of them, for every frame.</summary>
/// <param name="Name">Name.</param>
/// <param name="Values">An array of long, double, bool or string; vectors one after another.</param>
/// <param name="Components">Numbers in a vector; 0 where it is none.</param>
internal sealed record ExportColumn(string Name, Array Values, int Components = 0)
{
    public int Rows => Values.Length / Math.Max(1, Components);

    /// <summary>NumPy's name of the element type.</summary>
    public string Dtype => Values switch
    {
        long[] => "<i8",
        double[] => "<f8",
        bool[] => "|b1",
        _ => $"<U{TextLength}",
    };

    private int TextLength => Math.Max(1, ((string[])Values).Max(text => Encoding.UTF32.GetByteCount(text) / 4));

    // All values of a parameter are of one kind and length (ExperimentResolver sees to it).
    public static ExportColumn Of(string name, Value[] values) => values[0].Kind switch
    {
        ValueKind.Vector => new(name, values.SelectMany(value => value.Numbers).ToArray(), values[0].Length),
        ValueKind.Float => new(name, Array.ConvertAll(values, value => value.Numbers.Single())),
        ValueKind.Integer => new(name, Array.ConvertAll(values, value => (long)value.ToJson())),
        ValueKind.Boolean => new(name, Array.ConvertAll(values, value => (bool)value.ToJson())),
        _ => new(name, Array.ConvertAll(values, value => value.Text!)),
    };

    /// <summary>The values as NumPy stores them.</summary>
    public byte[] ToBytes()
    {
        switch (Values)
        {
            case long[] integers:
                return MemoryMarshal.AsBytes<long>(integers).ToArray();
            case double[] numbers:
                return MemoryMarshal.AsBytes<double>(numbers).ToArray();
            case bool[] booleans:
                return Array.ConvertAll(booleans, value => value ? (byte)1 : (byte)0);
            default:
                var (texts, length) = ((string[])Values, 4 * TextLength);
                var bytes = new byte[length * texts.Length];
                for (var row = 0; row < texts.Length; row++)
                {
                    Encoding.UTF32.GetBytes(texts[row], bytes.AsSpan(row * length, length));
                }

                return bytes;
        }
    }

    /// <summary>What a table of text has of it: a name per component, and a cell each for a row.</summary>
    public IEnumerable<string> Names => Components == 0 ? [Name] : Enumerable.Range(0, Components).Select(component => $"{Name}_{component}");

    public IEnumerable<string> Cells(int row) => Enumerable.Range(row * Math.Max(1, Components), Math.Max(1, Components)).Select(place => Values.GetValue(place) switch
    {
        bool value => value ? "true" : "false",
        string text when text.AsSpan().ContainsAny(",\"\r\n") => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"",
        var value => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    });
}
