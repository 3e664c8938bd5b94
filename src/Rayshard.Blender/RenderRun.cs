using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Rayshard.Blender;

/// <summary>One pass over frames: hands them to the lanes as they come and gives the outcomes back in the same order, with bounded memory.</summary>
/// <param name="window">
/// Frames that may be taken from the input and not yet given back by the caller: as many as the lanes have slots. A frame that waits to be
/// tried again has none, so one is always free and the first in order is never blocked.
/// </param>
/// <param name="lanes">Who renders.</param>
/// <param name="live">Whom to kill when the run is stopped.</param>
/// <param name="counts">The pool's counts.</param>
internal sealed class RenderRun(int window, IReadOnlyList<Lane> lanes, LiveWorkers live, PoolCounts counts)
{
    private const int Tries = 3;

    private readonly Lock _lock = new();
    private readonly Queue<Ticket> _pending = new();
    private readonly PriorityQueue<Ticket, long> _ready = new();
    private readonly Hope _hope = new();
    private readonly Signal _consumer = new();
    private int _permits = window;
    private Exception? _fault;
    private volatile bool _isOver;

    /// <summary>Whether there is nothing more to do.</summary>
    public bool IsOver => _isOver;

    /// <summary>The lanes' work; done soon after the run is over.</summary>
    public Task Work { get; private set; } = Task.CompletedTask;

    /// <summary>Whether a frame waits for a Worker.</summary>
    public bool HasReady
    {
        get
        {
            lock (_lock)
            {
                return _ready.Count > 0;
            }
        }
    }

    public async IAsyncEnumerable<FrameOutcome> RunAsync(IEnumerable<Frame> frames, CancellationToken finish, [EnumeratorCancellation] CancellationToken now)
    {
        now.ThrowIfCancellationRequested();
        using var source = frames.GetEnumerator();
        using var finishing = finish.UnsafeRegister(_ => _consumer.Set(), null);
        using var stopping = now.UnsafeRegister(_ => Abort(new OperationCanceledException("the run was stopped", now)), null);
        Work = Task.WhenAll(lanes.Select(lane => Task.Run(() => lane.WorkAsync(this))));
        var finished = false;
        try
        {
            for (var (more, order) = (true, 0L); ;)
            {
                if (more && finish.IsCancellationRequested)
                {
                    more = false;
                    DropUntaken();
                }

                // One at a time, in turn with the yields: a slow input does not hold back what is done, nor a slow caller the Workers.
                var pulled = more && TryPermit();
                if (pulled && (more = source.MoveNext()))
                {
                    Add(new(source.Current, order++));
                }

                now.ThrowIfCancellationRequested();
                if (TakeDone() is { } outcome)
                {
                    yield return outcome;
                }
                else if (Volatile.Read(ref _fault) is { } fault)
                {
                    ExceptionDispatchInfo.Throw(fault);
                }
                else if (!more && _pending.Count == 0)
                {
                    finished = true;
                    yield break;
                }
                else if (!pulled)
                {
                    await _consumer.WaitAsync().ConfigureAwait(false);
                }
            }
        }
        finally
        {
            if (finished)
            {
                Over();
            }
            else
            {
                Abort(new OperationCanceledException("the run was left"));
            }

            await Work.ConfigureAwait(false);
            foreach (var left in _pending)
            {
                left.Outcome?.Dispose();
            }
        }
    }

    /// <summary>A number that no other request of the pool has.</summary>
    public long NextSequence() => counts.NextSequence();

    /// <summary>The first frame that waits for a Worker, if one does.</summary>
    public Ticket? TakeReady()
    {
        lock (_lock)
        {
            if (!_ready.TryDequeue(out var ticket, out _))
            {
                return null;
            }

            ticket.WasTaken = true;
            return ticket;
        }
    }

    /// <summary>Takes back a frame that its Worker had not begun.</summary>
    public void Return(Ticket ticket)
    {
        lock (_lock)
        {
            _ready.Enqueue(ticket, ticket.Order);
        }

        WakeLanes();
    }

    /// <summary>Notes a frame that the Blender process <paramref name="pid"/> has rendered.</summary>
    public void Complete(Ticket ticket, RenderedFrame frame, int pid)
    {
        counts.Rendered(pid);
        lock (_lock)
        {
            if (!IsOver)
            {
                _hope.Rendered();
                ticket.Outcome = frame;
            }
        }

        if (ticket.Outcome is null)
        {
            frame.Dispose();
        }

        _consumer.Set();
    }

    /// <summary>Notes a failed try. Whether the frame is to be tried again.</summary>
    public bool Fail(Ticket ticket, WorkerFailure failure)
    {
        Exception? end;
        lock (_lock)
        {
            if (_isOver)
            {
                return false;
            }

            counts.Failed();
            ticket.Failures.Add(failure);
            if (ticket.Failures.Count < Tries)
            {
                return true;
            }

            ticket.Outcome = new QuarantinedFrame(ticket.Frame, ticket.Failures);
            end = _hope.Quarantined(ticket.Failures);
        }

        EndBy(end);
        _consumer.Set();
        return false;
    }

    /// <summary>Notes a Worker that started.</summary>
    public void Started(WorkerEvidence evidence)
    {
        counts.Evidence = evidence;
        lock (_lock)
        {
            _hope.Started();
        }
    }

    /// <summary>Notes a Worker that did not start.</summary>
    public void FailedToStart(Exception fault)
    {
        Exception? end;
        lock (_lock)
        {
            end = _isOver ? null : _hope.FailedToStart(fault);
        }

        EndBy(end);
    }

    /// <summary>The caller is done with a frame: another one may be taken.</summary>
    public void GiveBack()
    {
        lock (_lock)
        {
            _permits++;
        }

        _consumer.Set();
    }

    /// <summary>Stops everything at once. The first reason stands.</summary>
    public void Abort(Exception fault)
    {
        Interlocked.CompareExchange(ref _fault, fault, null);
        Over();
        live.KillAll();
        _consumer.Set();
    }

    private void EndBy(Exception? end)
    {
        if (end is not null)
        {
            Abort(end);
        }
    }

    private void Over()
    {
        lock (_lock)
        {
            _isOver = true;
        }

        WakeLanes();
    }

    private bool TryPermit()
    {
        lock (_lock)
        {
            return !IsOver && _permits > 0 && _permits-- > 0;
        }
    }

    private void Add(Ticket ticket)
    {
        _pending.Enqueue(ticket);
        Return(ticket);
    }

    private FrameOutcome? TakeDone()
    {
        lock (_lock)
        {
            if (!_pending.TryPeek(out var first) || first.Outcome is not { } outcome)
            {
                return null;
            }

            _pending.Dequeue();
            _permits += outcome is QuarantinedFrame ? 1 : 0;
            return outcome;
        }
    }

    // Frames are handed out in order, so those that no lane has taken are the last ones.
    private void DropUntaken()
    {
        lock (_lock)
        {
            var kept = _pending.Where(ticket => ticket.WasTaken).ToList();
            var ready = _ready.UnorderedItems.Select(item => item.Element).Where(ticket => ticket.WasTaken).ToList();
            _pending.Clear();
            _ready.Clear();
            kept.ForEach(_pending.Enqueue);
            ready.ForEach(ticket => _ready.Enqueue(ticket, ticket.Order));
        }
    }

    private void WakeLanes()
    {
        foreach (var lane in lanes)
        {
            lane.Changed.Set();
        }
    }
}
