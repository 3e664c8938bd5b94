using System.Buffers.Binary;
using System.Collections;
using System.Diagnostics;
using System.IO.MemoryMappedFiles;
using System.Text.Json.Nodes;

namespace FakeWorker;

/// <summary>The fake: opens, renders floats into slots, and does what the frame's parameter <c>behave</c> says.</summary>
internal sealed class Worker(string start, Wire wire)
{
    private JsonObject _open = [];
    private MemoryMappedViewAccessor? _slots;
    private long _slotBytes;

    public int Run()
    {
        Console.WriteLine($"fake worker {Environment.ProcessId} says hello");
        wire.Send(new() { ["type"] = "hello", ["protocol"] = start == "protocol" ? 1 : 2, ["pid"] = Environment.ProcessId, ["blender"] = new JsonObject { ["version"] = "0.0.0" }, ["python"] = "", ["numpy"] = "" });
        while (wire.Receive() is { } message && (string)message["type"]! != "quit")
        {
            if ((string)message["type"]! == "open")
            {
                Open(message);
            }
            else
            {
                foreach (var frame in message["frames"]!.AsArray())
                {
                    Render(frame!.AsObject());
                }
            }
        }

        return 0;
    }

    private void Open(JsonObject message)
    {
        if (start == "refuse")
        {
            wire.Send(new() { ["type"] = "refused", ["field"] = "scene.file", ["reason"] = "it is fake", ["fix"] = "take a true one" });
            return;
        }

        _open = message;
        var slots = message["slots"]!;
        _slotBytes = (long)slots["bytes"]!;
        var file = new FileStream((string)slots["path"]!, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        _slots = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, false).CreateViewAccessor();
        var environment = new JsonObject(Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(v => KeyValuePair.Create((string)v.Key, (JsonNode?)(string?)v.Value)));
        wire.Send(new() { ["type"] = "opened", ["passes"] = Passes(), ["settings"] = new JsonObject { ["environment"] = environment, ["open"] = message.DeepClone() }, ["engine"] = null });
    }

    private void Render(JsonObject message)
    {
        var begun = Stopwatch.GetTimestamp();
        var behave = Misbehaviour.Now((string?)message["apply"]?["behave"] ?? "ok");
        if (Misbehaviour.Before(behave, wire, message))
        {
            return;
        }

        var answer = new JsonObject { ["type"] = "frame", ["sequence"] = (long)message["sequence"]!, ["slot"] = (int)message["slot"]!, ["sums"] = Fill(message, behave), ["seconds"] = Misbehaviour.Said(behave) ?? Stopwatch.GetElapsedTime(begun).TotalSeconds };
        wire.Send(answer);
        if (behave == "twice")
        {
            wire.Send(answer);
        }
    }

    private JsonArray Passes()
    {
        var (width, height) = ((int)_open["render"]!["width"]!, (int)_open["render"]!["height"]!);
        var passes = new JsonArray();
        long offset = 64;
        foreach (var pass in _open["passes"]!.AsArray())
        {
            // Four, as Blender's buffers have where three are stored.
            var channels = Math.Max(4, (int)pass!["channels"]!);
            passes.Add(new JsonObject { ["name"] = (string)pass["name"]!, ["offset"] = start == "outside" ? _slotBytes : offset, ["width"] = width, ["height"] = height, ["channels"] = start == "channels" ? 2 * channels : channels });
            offset += ((width * height * channels * 4L) + 63) / 64 * 64;
        }

        return passes;
    }

    private unsafe JsonArray Fill(JsonObject message, string behave)
    {
        var (slot, sequence, seed) = ((int)message["slot"]!, (long)message["sequence"]!, (int)message["seed"]!);
        byte* address = null;
        _slots!.SafeMemoryMappedViewHandle.AcquirePointer(ref address);
        var begin = address + (slot * _slotBytes);
        var header = new Span<byte>(begin, 64);
        header.Clear();
        "RAYSLOT1"u8.CopyTo(header);
        var sums = new JsonArray();
        foreach (var pass in Passes())
        {
            var (offset, count) = ((long)pass!["offset"]!, (int)pass["width"]! * (int)pass["height"]! * (int)pass["channels"]!);
            var pixels = new Span<float>(begin + offset, count);
            Pixels.Fill(pixels, seed, sums.Count);
            Pixels.Spoil(pixels, behave);
            var sum = 0UL;
            foreach (var word in new ReadOnlySpan<ulong>(begin + offset, ((count * 4) + 63) / 64 * 8))
            {
                sum = unchecked(sum + word);
            }

            pixels[0] += behave == "change" ? 1 : 0;
            sums.Add(behave == "sum" ? sum ^ 1 : sum);
            if (behave == "early")
            {
                pixels.Clear();
            }
        }

        BinaryPrimitives.WriteInt64LittleEndian(header[8..], behave == "stale" ? sequence - 1 : sequence);
        return sums;
    }
}
