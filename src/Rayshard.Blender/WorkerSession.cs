using System.Buffers;
using Newtonsoft.Json.Linq;

namespace Rayshard.Blender;

/// <summary>What Workers are told of an experiment: once to open it, and then frame by frame. Immutable, thread-safe.</summary>
internal sealed class WorkerSession
{
    // A Worker renders one frame, knows the next, and the host stores the one before; more where they cost little.
    private const int MinSlots = 3;
    private const int MaxSlots = 256;
    private const long SlotMemoryBytes = 32L << 20;

    private readonly Experiment _experiment;
    private readonly string _folder;
    private readonly IReadOnlyList<int> _paths;
    private readonly FrameInputs _inputs;
    private readonly Dictionary<string, int> _channels;

    /// <summary>The session of a resolved experiment whose scene files are below a folder.</summary>
    public WorkerSession(Experiment experiment, string folder)
    {
        _experiment = experiment;
        _folder = Path.GetFullPath(folder);
        _paths = FramePlan.PathParameters(experiment);
        _inputs = new(experiment);
        _channels = experiment.Passes.ToDictionary(pass => pass.Name!, pass => FramePlan.ChannelsOf(pass).Count);
        SlotBytes = SlotFile.BytesFor(experiment.Passes.Select(pass => 4L * experiment.Render.Width * experiment.Render.Height * MaxChannels(pass)));
        SlotCount = (int)Math.Clamp(SlotMemoryBytes / SlotBytes, MinSlots, MaxSlots);
    }

    /// <summary>The folder of the scene's files.</summary>
    public string Folder => _folder;

    /// <summary>Bytes of a slot.</summary>
    public long SlotBytes { get; }

    /// <summary>Slots of a Worker.</summary>
    public int SlotCount { get; }

    /// <summary>Whether the Workers need a display.</summary>
    public bool NeedsDisplay => _experiment.Capture == Capture.Viewer;

    /// <summary>Checks that the scene's files are those that the experiment was resolved with.</summary>
    /// <exception cref="RayshardException">One is missing or was changed (<see cref="ExitCode.AskedWrongly"/>).</exception>
    public void CheckFiles()
    {
        foreach (var (file, resolved) in _experiment.Scene.Files ?? throw new ArgumentException("the experiment is not resolved"))
        {
            var path = Path.Combine(_folder, file);
            var found = File.Exists(path) ? Digest.OfFile(path).ToString() : null;
            if (found != resolved)
            {
                throw new RayshardException(ExitCode.AskedWrongly, found is null
                    ? $"scene.files: '{path}' is gone since experiment '{_experiment.Name}' was resolved: put it back, or build again"
                    : $"scene.files: '{path}' has SHA-256 {found}, but experiment '{_experiment.Name}' was resolved with {resolved}: build again, or put the file back");
            }
        }
    }

    /// <summary>The message that opens the experiment in a Worker.</summary>
    public JObject Open(SlotFile slots, string scratch) => new()
    {
        ["type"] = "open",
        ["scene"] = new JObject
        {
            ["root"] = _folder,
            ["file"] = _experiment.Scene.File,
            ["files"] = new JObject(_experiment.Scene.Files!.Select(file => new JProperty(file.Key, file.Value))),
        },
        ["render"] = new JObject
        {
            ["width"] = _experiment.Render.Width,
            ["height"] = _experiment.Render.Height,
            ["samples"] = _experiment.Render.Samples,
            ["adaptive_threshold"] = _experiment.Render.AdaptiveThreshold,
            ["denoise"] = _experiment.Render.Denoise,
            ["transparent"] = _experiment.Render.Transparent,
        },
        ["layers"] = new JArray(_experiment.Layers.Select(layer => new JObject { ["name"] = layer.Name, ["samples"] = layer.Samples })),
        ["passes"] = new JArray(_experiment.Passes.Select(pass => new JObject
        {
            ["name"] = pass.Name,
            ["pass"] = pass.Pass,
            ["layer"] = pass.Layer is null ? JValue.CreateNull() : pass.Layer,
            ["channels"] = _channels[pass.Name!],
        })),
        ["capture"] = _experiment.Capture.ToString().ToLowerInvariant(),
        ["paths"] = new JArray(_paths.Select(i => new JArray(DataPath.Parse(_experiment.Parameters[i].Path!).Steps.Select(step => step.ToJson())))),
        ["threads"] = WorkerCommand.Threads,
        ["slots"] = new JObject { ["path"] = slots.Path, ["count"] = slots.Count, ["bytes"] = slots.Bytes },
        ["scratch"] = scratch,
    };

    /// <summary>Adds a frame to the message that asks for frames, behind room for its length; to be ended by <see cref="Finish"/>.</summary>
    public void Write(ArrayBufferWriter<byte> message, Frame frame, long sequence, int slot)
    {
        message.Write(message.WrittenCount == 0 ? "\0\0\0\0{\"type\":\"render\",\"frames\":[{\"sequence\":"u8 : ",{\"sequence\":"u8);
        message.WriteNumber(sequence);
        message.Write(",\"slot\":"u8);
        message.WriteNumber((long)slot);
        message.Write(",\"seed\":"u8);
        message.WriteNumber((long)frame.NoiseSeed);
        message.Write(",\"set\":"u8);
        _inputs.WriteValues(message, frame.Values);
        message.Write(",\"apply\":"u8);
        _inputs.WriteApply(message, frame.Values);
        message.Write("}"u8);
    }

    /// <summary>Ends the message.</summary>
    public static void Finish(ArrayBufferWriter<byte> message) => message.Write("]}"u8);

    /// <summary>Checks the passes that a Worker says it has put into a slot.</summary>
    /// <returns>What is wrong, or <c>null</c>.</returns>
    public string? Check(IReadOnlyList<FramePass> passes)
    {
        if (!passes.Select(pass => pass.Name).SequenceEqual(_experiment.Passes.Select(pass => pass.Name)))
        {
            return $"the worker sent passes {string.Join(", ", passes.Select(pass => pass.Name))} instead of {string.Join(", ", _experiment.Passes.Select(pass => pass.Name))}";
        }

        var wrong = passes.FirstOrDefault(pass => pass.Width != _experiment.Render.Width || pass.Height != _experiment.Render.Height
            || pass.Channels < _channels[pass.Name] || pass.Channels > 4
            || pass.Offset < SlotFile.HeaderBytes || pass.Offset % 64 != 0 || pass.Bytes > SlotBytes || pass.Offset > SlotBytes - pass.Bytes);
        return wrong is null ? null : $"the worker's {wrong} does not fit {_experiment.Render.Width}x{_experiment.Render.Height} pixels of {_channels[wrong.Name]} channels in a slot of {SlotBytes} bytes";
    }

    /// <summary>Checks the pixels of a frame.</summary>
    /// <returns>Why they are refused, or <c>null</c>.</returns>
    public string? Guard(SlotFile slots, int slot, IReadOnlyList<FramePass> passes)
    {
        for (var i = 0; i < passes.Count; i++)
        {
            var pixels = slots.Floats(slot, passes[i].Offset, checked((int)(passes[i].Bytes / sizeof(float))));
            if (FrameGuard.Check(_experiment.Passes[i], passes[i], pixels, _experiment) is { } refusal)
            {
                return refusal;
            }
        }

        return null;
    }

    // Blender's buffers of the Viewer and of a 32-bit file always have four; those of a pass its own number.
    private int MaxChannels(PassRequest pass) => _experiment.Capture == Capture.Passes
        ? (BlenderFacts.Passes[pass.Pass].Channels.Count + 3) / 4 * 4
        : 4;
}
