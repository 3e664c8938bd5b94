using System.Globalization;
using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Rayshard.Blender;

/// <summary>What a Worker says. The messages are described in blender/README.md.</summary>
internal abstract record WorkerMessage
{
    /// <summary>Bytes that a message has at most.</summary>
    public const int MaxBytes = 16 << 20;

    /// <summary>The protocol's version.</summary>
    public const int Version = 1;

    /// <summary>Reads a message.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static WorkerMessage Parse(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var text = new UTF8Encoding(false, true).GetString(bytes);
            using var reader = new JsonTextReader(new StringReader(text)) { MaxDepth = 64, DateParseHandling = DateParseHandling.None };
            var json = JObject.Load(reader, new() { DuplicatePropertyNameHandling = DuplicatePropertyNameHandling.Error });
            return json.Value<string>("type") switch
            {
                "hello" => new Hello((int)Number(json, "protocol"), json),
                "opened" => new Opened((JObject)json["settings"]!),
                "refused" => new Refused(Line(json, "field"), Line(json, "reason"), Line(json, "fix")),
                "frame" => new FrameDone(Number(json, "sequence"), (int)Number(json, "slot"), [.. json["passes"]!.Select(Pass)], json.Value<double>("seconds")),
                "failed" => new Failed(Number(json, "sequence"), Line(json, "kind"), Line(json, "reason"), json.Value<string>("detail") ?? ""),
                var type => throw new FormatException($"the worker sent a message of unknown type '{type}'"),
            };
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidCastException or NullReferenceException or OverflowException)
        {
            throw new FormatException($"the worker sent what is no message: {e.Message}", e);
        }
    }

    private static FramePass Pass(JToken json) => new(
        json.Value<string>("name")!, Number(json, "offset"), (int)Number(json, "width"), (int)Number(json, "height"), (int)Number(json, "channels"), (uint)Number(json, "crc32"));

    private static long Number(JToken json, string name) => json[name] is JValue { Value: long number }
        ? number
        : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"the worker's message has no integer '{name}'"));

    private static string Line(JObject json, string name) =>
        json.Value<string>(name) ?? throw new FormatException($"the worker's message has no '{name}'");

    public sealed record Hello(int Protocol, JObject Json) : WorkerMessage;

    public sealed record Opened(JObject Settings) : WorkerMessage;

    public sealed record Refused(string Field, string Reason, string Fix) : WorkerMessage;

    public sealed record FrameDone(long Sequence, int Slot, IReadOnlyList<FramePass> Passes, double Seconds) : WorkerMessage;

    public sealed record Failed(long Sequence, string Kind, string Reason, string Detail) : WorkerMessage;
}

/// <summary>Where a pass stands in a slot, as the Worker says it.</summary>
internal sealed record FramePass(string Name, long Offset, int Width, int Height, int Channels, uint Crc32)
{
    /// <summary>Bytes of its pixels.</summary>
    public long Bytes => 4L * Width * Height * Channels;
}
