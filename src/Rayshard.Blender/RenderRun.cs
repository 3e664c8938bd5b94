using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace Rayshard.Blender;

/// <summary>
/// One pass over frames: hands them to the lanes as they come and gives the outcomes back in the same order, with bounded memory. All of it
/// happens on the caller's thread, between the outcomes that it takes; only what ends the run, or gives memory back, comes from elsewhere.
/// </summary>
/// <param name="window">
/// Frames that may be taken from the input and not yet given back by the caller: as many as the lanes have slots. A frame that waits to be
/// tried again has none, so one is always free and the first in order is never blocked.
/// </param>
/// <param name="lanes">Who renders.</param>
/// <param name="live">Whom to kill when the run is stopped.</param>
/// <param name="counts">The pool's counts.</param>
/// <param name="bell">Wakes the run's thread.</param>
/// <param name="crew">How many lanes work.</param>
/// <param name="idle">Called before the thread sleeps.</param>
internal sealed class RenderRun(int window, IReadOnlyList<Lane> lanes, LiveWorkers live, PoolCounts counts, Bell bell, Crew crew, Action? idle)
{
    private const int Tries = 3;

    // Answers of tiny frames: to wake up for each costs as much as to take it.
    private static readonly TimeSpan s_nap = TimeSpan.FromMilliseconds(20);

    // Held while the run's thread works; not while the caller has an outcome.
    private readonly Lock _gate = new();
    private readonly Queue<Ticket> _pending = new();
    private readonly PriorityQueue<Ticket, long> _ready = new();
    private readonly Hope _hope = new();
    private readonly int[] _sockets = new int[lanes.Count];
    private readonly bool[] _canRead = new bool[lanes.Count];
    private int _permits = window;
    private long _order;
    private Exception? _fault;
    private bool _more = true, _isFinished;

    /// <summary>Whether the run has ended, one way or the other.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Frames that wait for a Worker.</summary>
    public int Ready => _ready.Count;

    public IEnumerable<FrameOutcome> Run(IEnumerable<Frame> frames, CancellationToken finish, CancellationToken now)
    {
        now.ThrowIfCancellationRequested();
        using var source = frames.GetEnumerator();
        using var finishing = finish.UnsafeRegister(_ => bell.Ring(), null);
        using var stopping = now.UnsafeRegister(_ => Abort(new OperationCanceledException("the run was stopped", now)), null);
        try
        {
            while (Next(source, finish, now) is { } outcome)
            {
                yield return outcome;
            }
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Whether lane <paramref name="number"/>, from 1, is to work; one that is not keeps its Worker, for the crew may grow again.</summary>
    public bool IsAtWork(int number) => number <= crew.Size;

    /// <summary>A number that no other request of the pool has.</summary>
    public long NextSequence() => counts.NextSequence();

    /// <summary>How many of so many frames a lane may ask ahead: near the end no more than its share, so that none is left with the rest.</summary>
    public int Share(int ahead) => _more ? ahead : Math.Min(ahead, Math.Max(2, _ready.Count / lanes.Count));

    /// <summary>The first frame that waits for a Worker, if one does.</summary>
    public Ticket? TakeReady()
    {
        if (!_ready.TryDequeue(out var ticket, out _))
        {
            return null;
        }

        ticket.WasTaken = true;
        return ticket;
    }

    /// <summary>Takes back a frame that its Worker had not begun.</summary>
    public void Return(Ticket ticket) => _ready.Enqueue(ticket, ticket.Order);

    /// <summary>Notes a frame that the Blender process <paramref name="pid"/> has rendered.</summary>
    public void Complete(Ticket ticket, RenderedFrame frame, int pid)
    {
        counts.Rendered(pid);
        _hope.Rendered();
        crew.Rendered(Stopwatch.GetElapsedTime(0));
        ticket.Outcome = frame;
    }

    /// <summary>Notes a failed try. Whether the frame is to be tried again.</summary>
    public bool Fail(Ticket ticket, WorkerFailure failure)
    {
        counts.Failed();
        ticket.Failures.Add(failure);
        if (ticket.Failures.Count < Tries)
        {
            return true;
        }

        ticket.Outcome = new QuarantinedFrame(ticket.Frame, ticket.Failures);
        EndBy(_hope.Quarantined(ticket.Failures));
        return false;
    }

    /// <summary>Notes a Worker that started.</summary>
    public void Started(WorkerEvidence evidence)
    {
        counts.Started(evidence);
        _hope.Started();
    }

    /// <summary>Notes a Worker that did not start.</summary>
    public void FailedToStart(Exception fault) => EndBy(_hope.FailedToStart(fault));

    /// <summary>The caller is done with a frame: another one may be taken. Any thread.</summary>
    public void GiveBack()
    {
        Interlocked.Increment(ref _permits);
        bell.Ring();
    }

    /// <summary>Stops everything at once. The first reason stands. Any thread.</summary>
    public void Abort(Exception fault)
    {
        Interlocked.CompareExchange(ref _fault, fault, null);
        live.KillAll();
        bell.Ring();
    }

    /// <summary>Ends the run where it has not ended; when this returns no lane has anything to do with it. Any thread.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            if (IsOver)
            {
                return;
            }

            IsOver = true;
            if (!_isFinished)
            {
                Abort(new OperationCanceledException("the run was left"));
            }

            foreach (var lane in lanes)
            {
                lane.Leave(!_isFinished);
            }

            foreach (var left in _pending)
            {
                left.Outcome?.Dispose();
            }
        }
    }

    private FrameOutcome? Next(IEnumerator<Frame> source, CancellationToken finish, CancellationToken now)
    {
        lock (_gate)
        {
            for (; ; )
            {
                if (_more && finish.IsCancellationRequested)
                {
                    _more = false;
                    DropUntaken();
                }

                // One at a time, in turn with what is done: a slow input does not hold that back.
                var pulled = _more && TryPermit() && Pull(source);
                now.ThrowIfCancellationRequested();
                for (var i = 0; i < lanes.Count && Volatile.Read(ref _fault) is null; i++)
                {
                    lanes[i].Step(this);
                }

                if (!IsOver && TakeDone() is { } outcome)
                {
                    return outcome;
                }

                if (Volatile.Read(ref _fault) is { } fault)
                {
                    ExceptionDispatchInfo.Throw(fault);
                }

                if (!_more && _pending.Count == 0)
                {
                    _isFinished = true;
                    return null;
                }

                if (!pulled)
                {
                    idle?.Invoke();
                    Listen();
                }
            }
        }
    }

    private void Listen()
    {
        if (lanes.All(lane => lane.IsBusy(s_nap)))
        {
            bell.Nap(s_nap);
        }

        for (var i = 0; i < lanes.Count; i++)
        {
            _sockets[i] = lanes[i].Socket;
        }

        bell.Wait(_sockets, _canRead);
        for (var i = 0; i < lanes.Count; i++)
        {
            if (_canRead[i])
            {
                lanes[i].Read(this);
            }
        }
    }

    private void EndBy(Exception? end)
    {
        if (end is not null)
        {
            Abort(end);
        }
    }

    private bool TryPermit()
    {
        if (Volatile.Read(ref _permits) <= 0)
        {
            return false;
        }

        Interlocked.Decrement(ref _permits);
        return true;
    }

    private bool Pull(IEnumerator<Frame> source)
    {
        if (_more = source.MoveNext())
        {
            var ticket = new Ticket(source.Current, _order++);
            _pending.Enqueue(ticket);
            Return(ticket);
        }

        return true;
    }

    private FrameOutcome? TakeDone()
    {
        if (!_pending.TryPeek(out var first) || first.Outcome is not { } outcome)
        {
            return null;
        }

        _pending.Dequeue();
        if (outcome is QuarantinedFrame)
        {
            Interlocked.Increment(ref _permits);
        }

        return outcome;
    }

    // Frames are handed out in order, so those that no lane has taken are the last ones.
    private void DropUntaken()
    {
        var kept = _pending.Where(ticket => ticket.WasTaken).ToList();
        var ready = _ready.UnorderedItems.Select(item => item.Element).Where(ticket => ticket.WasTaken).ToList();
        _pending.Clear();
        _ready.Clear();
        kept.ForEach(_pending.Enqueue);
        ready.ForEach(ticket => _ready.Enqueue(ticket, ticket.Order));
    }
}
