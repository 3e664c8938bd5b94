using System.Collections.Concurrent;

namespace Rayshard.Blender;

/// <summary>Every Worker that has a process or a folder: watched, and never forgotten. Thread-safe.</summary>
internal sealed class LiveWorkers : IAsyncDisposable
{
    // A fifth of a second: a dead or stuck Worker is noticed well within the second that is promised, for 5 reads of /proc.
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(0.2);

    private readonly ConcurrentDictionary<Worker, Task> _workers = new();
    private readonly PeriodicTimer _timer = new(s_every);
    private readonly Task _watch;
    private int _started;

    public LiveWorkers() => _watch = WatchAsync();

    /// <summary>How many there were so far.</summary>
    public int Started => _started;

    public void Add(Worker worker)
    {
        Interlocked.Increment(ref _started);
        _workers[worker] = Task.CompletedTask;
    }

    /// <summary>Ends a Worker in the background: at once, or by asking it to quit.</summary>
    public void Retire(Worker worker, bool politely)
    {
        _workers[worker] = Task.Run(async () =>
        {
            if (politely)
            {
                await worker.QuitAsync().ConfigureAwait(false);
            }

            await worker.DisposeAsync().ConfigureAwait(false);
            _workers.TryRemove(worker, out _);
        });
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
        foreach (var worker in _workers.Where(worker => worker.Value == Task.CompletedTask).Select(worker => worker.Key))
        {
            Retire(worker, politely: false);
        }

        await Task.WhenAll(_workers.Values).ConfigureAwait(false);
        _timer.Dispose();
        await _watch.ConfigureAwait(false);
    }

    private async Task WatchAsync()
    {
        while (await _timer.WaitForNextTickAsync().ConfigureAwait(false))
        {
            foreach (var worker in _workers.Keys)
            {
                worker.Check();
            }
        }
    }
}
