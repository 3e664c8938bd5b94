namespace Rayshard.Blender;

/// <summary>What became of a frame: rendered or quarantined.</summary>
public abstract class FrameOutcome : IDisposable
{
    private protected FrameOutcome(Frame frame, IReadOnlyList<WorkerFailure> failures)
    {
        Frame = frame;
        Failures = failures;
    }

    /// <summary>The frame that was asked for.</summary>
    public Frame Frame { get; }

    /// <summary>Tries that failed, oldest first.</summary>
    public IReadOnlyList<WorkerFailure> Failures { get; }

    /// <summary>Gives the pixels' memory back to the Worker.</summary>
    public abstract void Dispose();
}

/// <summary>A frame that no Worker could render in three tries.</summary>
public sealed class QuarantinedFrame : FrameOutcome
{
    internal QuarantinedFrame(Frame frame, IReadOnlyList<WorkerFailure> failures) : base(frame, failures)
    {
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
    }
}

/// <summary>
/// A rendered frame. Its pixels stand in memory shared with the Worker and are the caller's until <see cref="Dispose"/>; a frame that is not
/// disposed of holds its Worker up. Safe to dispose of on any thread, also after the pool is gone.
/// </summary>
public sealed class RenderedFrame : FrameOutcome
{
    private readonly SlotFile _slots;
    private readonly int _slot;
    private Action? _done;

    internal RenderedFrame(Ticket ticket, SlotFile slots, IReadOnlyList<FramePass> passes, double seconds, Action done) : base(ticket.Frame, ticket.Failures)
    {
        _slots = slots;
        _slot = ticket.Slot;
        _done = done;
        Seconds = seconds;
        slots.Hold();
        Passes = [.. passes.Select(pass => new RenderedPass(this, pass))];
    }

    /// <summary>The passes, in the order of the experiment.</summary>
    public IReadOnlyList<RenderedPass> Passes { get; }

    /// <summary>Seconds that Blender took for it, as the Worker measured them.</summary>
    public double Seconds { get; }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (Interlocked.Exchange(ref _done, null) is { } done)
        {
            _slots.Release();
            _slots.Return(_slot);
            done();
        }
    }

    internal ReadOnlySpan<float> Floats(FramePass pass)
    {
        ObjectDisposedException.ThrowIf(_done is null, this);
        return _slots.Floats(_slot, pass.Offset, checked(pass.Width * pass.Height * pass.Channels));
    }
}

/// <summary>One pass of a rendered frame, as Blender's buffer holds it.</summary>
public sealed class RenderedPass
{
    private readonly RenderedFrame _frame;
    private readonly FramePass _pass;

    internal RenderedPass(RenderedFrame frame, FramePass pass)
    {
        _frame = frame;
        _pass = pass;
    }

    /// <summary>Its name in the experiment.</summary>
    public string Name => _pass.Name;

    /// <summary>Pixels in a row.</summary>
    public int Width => _pass.Width;

    /// <summary>Rows.</summary>
    public int Height => _pass.Height;

    /// <summary>Floats of a pixel in the buffer: the stored channels first, and up to three more that Blender adds.</summary>
    public int Channels => _pass.Channels;

    /// <summary>The floats, pixel by pixel, bottom row first; valid until the frame is disposed of.</summary>
    /// <exception cref="ObjectDisposedException">The frame was disposed of.</exception>
    public ReadOnlySpan<float> Pixels => _frame.Floats(_pass);
}
