using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Newtonsoft.Json.Linq;

namespace Rayshard;

/// <summary>One frame to render: a point of the sweep with everything that decides its pixels. Immutable.</summary>
public sealed record Frame
{
    /// <summary>Its place in the experiment, from 0. Decides no pixel.</summary>
    public required long Index { get; init; }

    /// <summary>The frame's key: SHA-256 over all that decides its pixels. Two frames of one key are one frame.</summary>
    public required Digest Key { get; init; }

    /// <summary>A value per parameter, in the experiment's order.</summary>
    public required IReadOnlyList<Value> Values { get; init; }

    /// <summary>Which draw it is of each random parameter, by path or name; tells apart frames that drew the same values.</summary>
    public required IReadOnlyDictionary<string, long> Draws { get; init; }

    /// <summary>Cycles' seed for this frame: from the experiment's seed and the parameters, so that frames do not share their noise (31 bits: a few of a million do).</summary>
    public required int NoiseSeed { get; init; }

    internal void WriteDraws(ArrayBufferWriter<byte> to) => WriteDraws(to, Draws);

    internal static void WriteDraws(ArrayBufferWriter<byte> to, IReadOnlyDictionary<string, long> draws)
    {
        to.Write("{"u8);
        var isFirst = true;
        foreach (var (name, draw) in draws)
        {
            to.Write(isFirst ? ""u8 : ","u8);
            to.WriteText(name);
            to.Write(":"u8);
            to.WriteNumber(draw);
            isFirst = false;
        }

        to.Write("}"u8);
    }
}

/// <summary>The frames of a resolved experiment, in order and by random access, and how they are cut into shards. Thread-safe.</summary>
public sealed class FramePlan
{
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_point, t_key;

    private readonly Experiment _experiment;
    private readonly Sweep _sweep;
    private readonly FrameInputs _inputs;

    /// <summary>Plans a resolved experiment; costs the same for one frame and for 10^9.</summary>
    public FramePlan(Experiment resolved)
    {
        _experiment = resolved;
        _sweep = new(resolved);
        _inputs = new(resolved);
        Settings = Digest.Of(CanonicalJson.Bytes(SettingsOf(resolved)));
        ShardSet = Digest.Of(CanonicalJson.Bytes(new JObject
        {
            ["parameters"] = new JArray(resolved.Parameters.Select(parameter => ExperimentFile.ToJson(parameter with { Unit = "" }))),
            ["seed"] = resolved.Seed,
            ["settings"] = Settings.ToString(),
            ["shard_bytes"] = resolved.ShardBytes,
        }));

        // Header and padding of each entry, with room for the record; a shard comes out a little under the size that was asked for.
        var frameBytes = 2048 + resolved.Passes.Sum(pass => 1024 + 4L * resolved.Render.Width * resolved.Render.Height * ChannelsOf(pass).Count);
        FrameBytes = frameBytes;
        FramesPerShard = (int)Math.Clamp(resolved.ShardBytes / frameBytes, 1, 1_000_000);
        ShardCount = (int)((_sweep.Count + FramesPerShard - 1) / FramesPerShard);
    }

    /// <summary>How many frames there are.</summary>
    public long Count => _sweep.Count;

    /// <summary>Digest of what all frames have in common: toolchain, kernel, scene, render settings, layers, passes, capture.</summary>
    public Digest Settings { get; }

    /// <summary>Digest of everything that decides the shards' bytes. A renamed or re-described experiment keeps it.</summary>
    public Digest ShardSet { get; }

    /// <summary>Bytes of one frame in a shard, about.</summary>
    public long FrameBytes { get; }

    /// <summary>Frames in each shard but the last.</summary>
    public int FramesPerShard { get; }

    /// <summary>How many shards there are.</summary>
    public int ShardCount { get; }

    /// <summary>The indexes of a shard's frames: from <c>First</c>, <c>Count</c> of them.</summary>
    public (long First, int Count) Shard(int shard)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(shard);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(shard, ShardCount);
        var first = (long)shard * FramesPerShard;
        return (first, (int)Math.Min(FramesPerShard, Count - first));
    }

    /// <summary>Frame <paramref name="index"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such frame.</exception>
    public Frame At(long index)
    {
        var (values, draws) = _sweep.At(index);

        // {"apply":…,"draws":…,"set":…} gives the seed; with "noise_seed" and "settings" between and behind, the key.
        var point = Scratch(ref t_point);
        point.Write("noise "u8);
        point.WriteNumber(_experiment.Seed);
        point.Write(" "u8);
        var start = point.WrittenCount;
        point.Write("{\"apply\":"u8);
        _inputs.WriteApply(point, values);
        point.Write(",\"draws\":"u8);
        Frame.WriteDraws(point, draws);
        point.Write(","u8);
        var middle = point.WrittenCount;
        point.Write("\"set\":"u8);
        _inputs.WritePathsAndValues(point, values);
        var end = point.WrittenCount;
        point.Write("}"u8);
        var seed = NoiseSeed(point.WrittenSpan);
        var key = Scratch(ref t_key);
        key.Write(point.WrittenSpan[start..middle]);
        key.Write("\"noise_seed\":"u8);
        key.WriteNumber((long)seed);
        key.Write(","u8);
        key.Write(point.WrittenSpan[middle..end]);
        key.Write(",\"settings\":"u8);
        key.WriteDigest(Settings);
        key.Write("}"u8);
        return new()
        {
            Index = index,
            Key = Digest.Of(key.WrittenSpan),
            Values = values,
            Draws = draws,
            NoiseSeed = seed,
        };
    }

    /// <summary>The parameters that are set by data path, in the order in which they are set: that of the paths' text, so that the order in the experiment decides nothing.</summary>
    public static IReadOnlyList<int> PathParameters(Experiment experiment) =>
        [.. Enumerable.Range(0, experiment.Parameters.Count)
            .Where(i => experiment.Parameters[i].Path is not null)
            .OrderBy(i => experiment.Parameters[i].Path, StringComparer.Ordinal)];

    /// <summary>The channels that a pass of the experiment stores.</summary>
    public static IReadOnlyList<string> ChannelsOf(PassRequest request) =>
        request.Channels is { } asked ? [.. asked.Select(c => c.ToString())] : BlenderFacts.Passes[request.Pass].Channels;

    private static ArrayBufferWriter<byte> Scratch(ref ArrayBufferWriter<byte>? writer)
    {
        writer ??= new(512);
        writer.ResetWrittenCount();
        return writer;
    }

    // 31 bits: Cycles' seed is a non-negative 32-bit integer.
    private static int NoiseSeed(ReadOnlySpan<byte> point)
    {
        Span<byte> hash = stackalloc byte[Digest.Size];
        SHA256.HashData(point, hash);
        return (int)(BinaryPrimitives.ReadUInt32BigEndian(hash) & 0x7fffffff);
    }

    private static JObject SettingsOf(Experiment experiment) => new()
    {
        ["rayshard"] = 1,
        ["toolchain"] = new JArray(experiment.Toolchain, Pin(experiment).Version, Pin(experiment).Build),
        ["cpu_kernel"] = ExperimentFile.ToJson(experiment.CpuKernel),
        ["capture"] = ExperimentFile.ToJson(experiment.Capture),
        ["scene"] = new JObject { ["file"] = experiment.Scene.File, ["files"] = ExperimentFile.ToJson(experiment.Scene.Files!) },
        ["render"] = ExperimentFile.ToJson(experiment.Render),
        ["layers"] = ExperimentFile.ToJson(experiment.Layers),
        ["passes"] = ExperimentFile.ToJson(experiment.Passes.OrderBy(pass => pass.Name, StringComparer.Ordinal)),
    };

    // The id may come to mean another build: what it pins is what decides.
    private static ToolchainPin Pin(Experiment experiment) => experiment.Pin ?? new();
}
