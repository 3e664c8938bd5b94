using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Rayshard.Execution;

/// <summary>
/// A thread that does what a store takes long for, in order, while the caller goes on: appending large frames, so that writing overlaps with
/// hashing, and sealing shards. What it fails with is thrown by the next call. One caller.
/// </summary>
internal sealed class StoringThread : IDisposable
{
    private readonly BlockingCollection<Action> _work;
    private readonly Task _thread;
    private Exception? _fault;

    // What waits to be written, of large frames: a flush of the disk does not hold up the hashing.
    private const long AheadBytes = 64 << 20;

    /// <summary>Starts it for an experiment's frames: a few of them may wait; who adds more waits.</summary>
    public StoringThread(FramePlan plan)
    {
        _work = new((int)Math.Clamp(AheadBytes / plan.FrameBytes, 2, 64));
        _thread = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Whether something failed: what comes after it in a shard must not be written, or the shard would have a hole.</summary>
    public bool HasFailed => Volatile.Read(ref _fault) is not null;

    /// <summary>Adds a piece of work.</summary>
    public void Add(Action work)
    {
        ThrowIfFailed();
        _work.Add(work);
    }

    /// <summary>Returns when all is done.</summary>
    public void Drain()
    {
        using var done = new ManualResetEventSlim();
        _work.Add(done.Set);
        done.Wait();
        ThrowIfFailed();
    }

    /// <summary>Finishes what was added.</summary>
    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Wait();
        _work.Dispose();
    }

    private void Run()
    {
        foreach (var work in _work.GetConsumingEnumerable())
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
    }

    private void ThrowIfFailed()
    {
        if (Volatile.Read(ref _fault) is { } fault)
        {
            ExceptionDispatchInfo.Throw(fault);
        }
    }
}
