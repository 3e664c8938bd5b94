using System.Text.Json;
using Newtonsoft.Json.Linq;

namespace Rayshard.Blender;

/// <summary>What a Worker says. The messages are described in blender/README.md.</summary>
internal abstract record WorkerMessage
{
    /// <summary>Bytes that a message has at most.</summary>
    public const int MaxBytes = 16 << 20;

    /// <summary>The protocol's version.</summary>
    public const int Version = 2;

    // 3x as fast as a tree of JTokens, and it is once a frame.
    private static readonly JsonDocumentOptions s_strict = new() { MaxDepth = 64, AllowDuplicateProperties = false };

    /// <summary>Reads a message.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static WorkerMessage Parse(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes, s_strict);
            var json = document.RootElement;
            return json.GetProperty("type").GetString() switch
            {
                "hello" => new Hello(json.GetProperty("protocol").GetInt32(), JObject.Parse(json.GetRawText())),
                "opened" => new Opened(
                    JObject.Parse(json.GetProperty("settings").GetRawText()), [.. json.GetProperty("passes").EnumerateArray().Select(Pass)],
                    json.GetProperty("engine").GetString()),
                "refused" => new Refused(Text(json, "field"), Text(json, "reason"), Text(json, "fix")),
                "frame" => new FrameDone(
                    json.GetProperty("sequence").GetInt64(), json.GetProperty("slot").GetInt32(),
                    [.. json.GetProperty("sums").EnumerateArray().Select(sum => sum.GetUInt64())], Took(json.GetProperty("seconds"))),
                "failed" => new Failed(json.GetProperty("sequence").GetInt64(), Text(json, "kind"), Text(json, "reason"), Text(json, "detail")),
                var type => throw new FormatException($"the worker sent a message of unknown type '{type}'"),
            };
        }
        catch (Exception e) when (e is JsonException or Newtonsoft.Json.JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException($"the worker sent what is no message: {e.Message}", e);
        }
    }

    private static FramePass Pass(JsonElement json) => new(
        Text(json, "name"), json.GetProperty("offset").GetInt64(), json.GetProperty("width").GetInt32(), json.GetProperty("height").GetInt32(),
        json.GetProperty("channels").GetInt32());

    private static double Took(JsonElement json) => json.GetDouble() is >= 0 and <= 1e9 and var seconds
        ? seconds
        : throw new FormatException($"the worker says that a frame took {json.GetRawText()} seconds");

    private static string Text(JsonElement json, string name) =>
        json.GetProperty(name).GetString() ?? throw new FormatException($"the worker's message has null for '{name}'");

    public sealed record Hello(int Protocol, JObject Json) : WorkerMessage;

    public sealed record Opened(JObject Settings, IReadOnlyList<FramePass> Passes, string? Engine) : WorkerMessage;

    public sealed record Refused(string Field, string Reason, string Fix) : WorkerMessage;

    public sealed record FrameDone(long Sequence, int Slot, ulong[] Sums, double Seconds) : WorkerMessage;

    public sealed record Failed(long Sequence, string Kind, string Reason, string Detail) : WorkerMessage;
}

/// <summary>Where a pass stands in a slot, as the Worker says it.</summary>
internal sealed record FramePass(string Name, long Offset, int Width, int Height, int Channels)
{
    /// <summary>Bytes of its pixels.</summary>
    public long Bytes => 4L * Width * Height * Channels;
}
