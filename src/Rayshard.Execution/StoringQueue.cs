using System.Runtime.ExceptionServices;

namespace Rayshard.Execution;

/// <summary>
/// Frames on their way into shards: hashed side by side on the thread pool and appended in order, each by the thread that has just hashed it, whose
/// core's cache still holds it. Small frames go together, for a hop to another thread costs as much as to hash one of them; those that wait when
/// the caller has nothing else to do it stores itself. What fails is thrown by the next call. One caller.
/// </summary>
internal sealed class StoringQueue : IDisposable
{
    // So much that the caller of a render, between the Workers' answers, stores nearly all small frames itself: a hop for each half a megabyte was an
    // eighth of the host's CPU at 64x64. No more than a core's own cache holds until it is appended: with twice as much, 7 % of the speed was gone.
    private const long BatchBytes = 2 << 20;

    // A flush of the disk, or a seal, does not hold up the hashing.
    private const long AheadBytes = 32 << 20;

    private readonly Queue<Batch> _queue = new();
    private readonly int _batchFrames, _ahead;
    private List<Func<Action>> _batch = [];
    private Action? _after;
    private bool _isAppending;
    private Exception? _fault;

    /// <summary>For an experiment's frames: so many of them may wait; who adds more waits.</summary>
    public StoringQueue(FramePlan plan)
    {
        _batchFrames = (int)Math.Max(1, BatchBytes / plan.FrameBytes);
        _ahead = (int)Math.Max(2, AheadBytes / (_batchFrames * plan.FrameBytes));
    }

    /// <summary>Whether something failed: what comes after it in a shard must not be written, or the shard would have a hole.</summary>
    public bool HasFailed => Volatile.Read(ref _fault) is not null;

    /// <summary>Adds a frame.</summary>
    /// <param name="hash">Called on any thread, beside others; gives what appends the frame, which is called in the order of the frames, whatever failed before.</param>
    /// <param name="after">Called behind the last of the frames that go together, whatever failed before. Frames with another one do not go with these.</param>
    public void Add(Func<Action> hash, Action? after = null)
    {
        if (after != _after)
        {
            Send();
            _after = after;
        }

        // Taken also after a failure, for it is called whatever failed and gives the frame's memory back.
        _batch.Add(hash);
        if (_batch.Count >= _batchFrames)
        {
            Send();
        }

        ThrowIfFailed();
    }

    /// <summary>Adds what is done behind all that was added before.</summary>
    public void Then(Action work)
    {
        ThrowIfFailed();
        Add(() => work);
        Send();
    }

    /// <summary>The caller would sleep now: what waits for more frames to go with waits no longer. Whether it was stored at once.</summary>
    public bool Idle()
    {
        if (_batch.Count == 0 || !IsEmpty())
        {
            Send();
            return false;
        }

        Append(Hash(_batch), _after);
        _batch.Clear();
        ThrowIfFailed();
        return true;
    }

    /// <summary>Returns when all is done.</summary>
    public void Drain()
    {
        Finish();
        ThrowIfFailed();
    }

    /// <summary>Finishes what was added.</summary>
    public void Dispose() => Finish();

    private void Finish()
    {
        Send();
        WaitUntil(left: 0);
    }

    private bool IsEmpty()
    {
        lock (_queue)
        {
            return _queue.Count == 0;
        }
    }

    private void WaitUntil(int left)
    {
        lock (_queue)
        {
            while (_queue.Count > left)
            {
                Monitor.Wait(_queue);
            }
        }
    }

    private void Send()
    {
        if (_batch.Count == 0)
        {
            return;
        }

        WaitUntil(_ahead - 1);
        var batch = new Batch(_batch, _after);
        _batch = [];
        lock (_queue)
        {
            _queue.Enqueue(batch);
        }

        ThreadPool.UnsafeQueueUserWorkItem(Store, batch, preferLocal: false);
    }

    private void Store(Batch batch)
    {
        Volatile.Write(ref batch.Appends, Hash(batch.Frames));
        while (TakeTurn() is { } first)
        {
            Append(first.Appends!, first.After);
            lock (_queue)
            {
                _isAppending = false;
                _queue.Dequeue();
                Monitor.Pulse(_queue);
            }
        }
    }

    // The first in order, where it is hashed and nobody appends.
    private Batch? TakeTurn()
    {
        lock (_queue)
        {
            if (_isAppending || !_queue.TryPeek(out var first) || first.Appends is null)
            {
                return null;
            }

            _isAppending = true;
            return first;
        }
    }

    private static Action[] Hash(List<Func<Action>> frames)
    {
        var appends = new Action[frames.Count];
        for (var i = 0; i < appends.Length; i++)
        {
            try
            {
                appends[i] = frames[i]();
            }
            catch (Exception e)
            {
                // In its turn: what comes before it is stored.
                appends[i] = ExceptionDispatchInfo.Capture(e).Throw;
            }
        }

        return appends;
    }

    private void Append(Action[] appends, Action? after)
    {
        Array.ForEach(appends, Do);
        if (after is not null)
        {
            Do(after);
        }
    }

    private void Do(Action work)
    {
        try
        {
            work();
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref _fault, e, null);
        }
    }

    private void ThrowIfFailed()
    {
        if (Volatile.Read(ref _fault) is { } fault)
        {
            ExceptionDispatchInfo.Throw(fault);
        }
    }

    private sealed class Batch(List<Func<Action>> frames, Action? after)
    {
        public readonly List<Func<Action>> Frames = frames;
        public readonly Action? After = after;
        public Action[]? Appends;
    }
}
