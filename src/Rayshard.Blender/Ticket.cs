namespace Rayshard.Blender;

/// <summary>A frame on its way through a run.</summary>
internal sealed class Ticket(Frame frame, long order)
{
    public Frame Frame { get; } = frame;

    /// <summary>Its place in the input.</summary>
    public long Order { get; } = order;

    /// <summary>Number of the request under way; every try has one of its own, so that no answer to an earlier one counts.</summary>
    public long Sequence { get; set; }

    /// <summary>The slot that the request names.</summary>
    public int Slot { get; set; }

    /// <summary>Whether a lane has taken it: then it is rendered, whatever else ends.</summary>
    public bool WasTaken { get; set; }

    public List<WorkerFailure> Failures { get; } = [];

    /// <summary>What became of it, when that is known.</summary>
    public FrameOutcome? Outcome { get; set; }
}
