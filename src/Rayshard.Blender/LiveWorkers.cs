using System.Collections.Concurrent;

namespace Rayshard.Blender;

/// <summary>Every Worker that has a process or a folder: watched, and never forgotten. Thread-safe.</summary>
internal sealed class LiveWorkers : IAsyncDisposable
{
    // A fifth of a second: a dead or stuck Worker is noticed well within the second that is promised, for 5 reads of /proc.
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(0.2);

    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<Worker, Task> _workers = new();
    private readonly ConcurrentDictionary<Worker, Task<Worker>> _starts = new();

    // Not disposed of, which may be asked for twice: it holds nothing of the machine's.
    private readonly ManualResetEvent _isOver = new(initialState: false);
    private readonly Task _watch;
    private int _started;

    // On a thread that sleeps: one of the pool goes on to spin for most of a millisecond after each look, on a core that Blender has a use for.
    public LiveWorkers() => _watch = Task.Factory.StartNew(Watch, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>How many there were so far.</summary>
    public int Started => _started;

    /// <summary>Starts a Worker; one that fails to is retired.</summary>
    public Task<Worker> StartAsync(Worker worker)
    {
        Interlocked.Increment(ref _started);
        _workers[worker] = Task.CompletedTask;
        var start = StartAsync();
        _starts[worker] = start;
        start.ContinueWith(_ => _starts.TryRemove(worker, out Task<Worker>? _), TaskScheduler.Default);
        return start;

        async Task<Worker> StartAsync()
        {
            try
            {
                await worker.StartAsync().ConfigureAwait(false);
                return worker;
            }
            catch
            {
                Retire(worker, politely: false);
                throw;
            }
        }
    }

    /// <summary>Ends a Worker in the background: at once, or by asking it to quit.</summary>
    public void Retire(Worker worker, bool politely)
    {
        lock (_lock)
        {
            if (!_workers.TryGetValue(worker, out var retired) || retired != Task.CompletedTask)
            {
                return;
            }

            _workers[worker] = Task.Run(async () =>
            {
                if (politely)
                {
                    await worker.QuitAsync().ConfigureAwait(false);
                }

                await worker.DisposeAsync().ConfigureAwait(false);
                lock (_lock)
                {
                    _workers.TryRemove(worker, out _);
                }
            });
        }
    }

    /// <summary>Kills all, at once.</summary>
    public void KillAll()
    {
        foreach (var worker in _workers.Keys)
        {
            worker.End(WorkerFailureKind.Stopped, "the run was stopped");
        }
    }

    /// <summary>Kills all and waits until nothing of them is left.</summary>
    public async ValueTask DisposeAsync()
    {
        KillAll();
        await Task.WhenAll(_starts.Values).ContinueWith(_ => { }, TaskScheduler.Default).ConfigureAwait(false);
        foreach (var worker in _workers.Keys)
        {
            Retire(worker, politely: false);
        }

        await Task.WhenAll(_workers.Values).ConfigureAwait(false);
        _isOver.Set();
        await _watch.ConfigureAwait(false);
    }

    private void Watch()
    {
        while (!_isOver.WaitOne(s_every))
        {
            foreach (var worker in _workers.Keys)
            {
                worker.Check();
            }
        }
    }
}
