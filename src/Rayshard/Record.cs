using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Rayshard;

/// <summary>A stored pass of a frame.</summary>
/// <param name="Name">Name of the pass in the shard.</param>
/// <param name="Channels">Labels of the channels, in order.</param>
/// <param name="Height">Rows, the first one on top.</param>
/// <param name="Width">Pixels in a row.</param>
/// <param name="Unit">Unit of the values.</param>
/// <param name="Address">SHA-256 of the blob: of the bytes that <c>np.save</c> writes for the array.</param>
public sealed record RecordedPass(string Name, IReadOnlyList<string> Channels, int Height, int Width, string Unit, Digest Address)
{
    /// <summary>NumPy's name of the element type; every blob is little-endian float32.</summary>
    public const string Dtype = "<f4";
}

/// <summary>
/// What a frame is and which blobs hold it: the canonical JSON that stands before the blobs in a shard. Holds nothing that varies
/// from run to run, so two runs agree bit for bit exactly when their record addresses agree. Immutable.
/// </summary>
public sealed class Record
{
    private JObject? _json;

    internal Record(byte[] bytes, Digest frame, IReadOnlyList<RecordedPass> passes)
    {
        Bytes = bytes;
        Address = Digest.Of(bytes);
        Frame = frame;
        Passes = passes;
    }

    /// <summary>The canonical bytes.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>SHA-256 of the bytes: the record's address, and its name in the shard.</summary>
    public Digest Address { get; }

    /// <summary>The frame's key.</summary>
    public Digest Frame { get; }

    /// <summary>The stored passes, by name.</summary>
    public IReadOnlyList<RecordedPass> Passes { get; }

    /// <summary>The parameters: name and value.</summary>
    public IEnumerable<KeyValuePair<string, Value>> Parameters =>
        ((JObject)Json["parameters"]!).Properties().Select(p => KeyValuePair.Create(p.Name, Value.FromJson(p.Value)));

    /// <summary>Cycles' seed for this frame.</summary>
    public int NoiseSeed => Json.Value<int>("noise_seed");

    /// <summary>Which draw it is of each random parameter; empty where nothing is random.</summary>
    public IEnumerable<KeyValuePair<string, long>> Draws =>
        ((JObject?)Json["draws"] ?? []).Properties().Select(p => KeyValuePair.Create(p.Name, p.Value.Value<long>()));

    // Read only where somebody asks: who writes a million of them does not.
    private JObject Json => _json ??= Load(Encoding.UTF8.GetString(Bytes.Span));

    /// <summary>The record of a rendered frame. Who has many uses one <see cref="RecordWriter"/>.</summary>
    public static Record Of(Experiment experiment, Frame frame, IEnumerable<RecordedPass> passes) => new RecordWriter(experiment).Write(frame, passes);

    /// <summary>Reads a record's bytes. Only canonical bytes are a record.</summary>
    /// <exception cref="FormatException">The bytes are no record, or not in canonical form.</exception>
    public static Record Parse(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var text = new UTF8Encoding(false, true).GetString(bytes);
            var json = Load(text);
            if (json.Value<int>("rayshard") != 1 || CanonicalJson.Text(json) != text)
            {
                throw new FormatException("the record is not canonical JSON of version 1");
            }

            return new(bytes.ToArray(), Digest.Parse(json.Value<string>("frame")), [.. json["passes"]!.Select(FromJson)]) { _json = json };
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidCastException or NullReferenceException or OverflowException)
        {
            throw new FormatException($"the bytes are no record: {e.Message}", e);
        }
    }

    private static JObject Load(string text)
    {
        using var reader = new JsonTextReader(new StringReader(text)) { MaxDepth = 16, DateParseHandling = DateParseHandling.None };
        return JObject.Load(reader, new() { DuplicatePropertyNameHandling = DuplicatePropertyNameHandling.Error });
    }

    private static RecordedPass FromJson(JToken json)
    {
        var shape = json["shape"]!.Select(n => n.Value<int>()).ToArray();
        var channels = json["channels"]!.Select(c => c.Value<string>()!).ToList();
        if (shape.Length != 3 || shape[2] != channels.Count || json.Value<string>("dtype") != RecordedPass.Dtype)
        {
            throw new FormatException("the record's shape, channels and dtype do not agree");
        }

        return new(json.Value<string>("name")!, channels, shape[0], shape[1], json.Value<string>("unit")!, Digest.Parse(json.Value<string>("address")));
    }
}
