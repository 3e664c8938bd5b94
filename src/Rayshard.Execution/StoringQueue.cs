using System.Runtime.ExceptionServices;

namespace Rayshard.Execution;

/// <summary>
/// Frames on their way into shards: hashed side by side on the thread pool and appended in order, each by the thread that has just hashed it, whose
/// core's cache still holds it. Small frames go together, for a hop to another thread costs as much as to hash one of them; those that wait when
/// the caller has nothing else to do it stores itself. What fails is thrown by the next call. One caller.
/// </summary>
internal sealed class StoringQueue : IDisposable
{
    // So much comes together before it goes to another thread that the caller of a render, between the Workers' answers, stores nearly all small frames itself:
    // a hop for each half a megabyte was an eighth of the host's CPU at 64x64, one for each two frames of 1 MiB a seventh.
    private const long GatheredBytes = 4 << 20;

    // Then it goes in parts that a core's own cache holds until they are appended: twice as large, frames of 64 KiB lost 7 to 15 % of the speed.
    private const long BatchBytes = 2 << 20;

    // A flush of the disk, or a seal, does not hold up the hashing.
    private const long AheadBytes = 32 << 20;

    private readonly Queue<Batch> _queue = new();
    private readonly List<Func<Action>> _gathered = [];
    private readonly int _gatheredFrames, _batchFrames, _ahead;
    private Action? _after;
    private bool _isAppending;
    private Exception? _fault;

    /// <summary>For an experiment's frames: so many of them may wait; who adds more waits.</summary>
    public StoringQueue(FramePlan plan)
    {
        _batchFrames = (int)Math.Max(1, BatchBytes / plan.FrameBytes);
        _gatheredFrames = (int)Math.Max(1, GatheredBytes / plan.FrameBytes) / _batchFrames * _batchFrames; // Whole parts: a hop for a rest of one frame is dear.
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
        _gathered.Add(hash);
        if (_gathered.Count >= _gatheredFrames)
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
        if (_gathered.Count == 0 || !IsEmpty())
        {
            Send();
            return false;
        }

        Append(Hash(_gathered), _after);
        _gathered.Clear();
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
        foreach (var frames in _gathered.Chunk(_batchFrames))
        {
            WaitUntil(_ahead - 1);
            var batch = new Batch(frames, _after);
            lock (_queue)
            {
                _queue.Enqueue(batch);
            }

            ThreadPool.UnsafeQueueUserWorkItem(Store, batch, preferLocal: false);
        }

        _gathered.Clear();
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

    private static Action[] Hash(IReadOnlyList<Func<Action>> frames)
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

    private sealed class Batch(Func<Action>[] frames, Action? after)
    {
        public readonly Func<Action>[] Frames = frames;
        public readonly Action? After = after;
        public Action[]? Appends;
    }
}
