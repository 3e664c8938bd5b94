namespace Rayshard.Blender;

/// <summary>
/// One of the pool's places: it has one Worker at a time, and replaces it when it fails or has rendered enough. It never waits: the run's
/// thread calls it when something may have changed, and what takes time rings the bell when it is done.
/// </summary>
internal sealed class Lane(int number, WorkerPlan plan, LiveWorkers live, Bell bell)
{
    // A batch is sent when half of what was asked ahead is done; larger ones would only stand in the socket.
    private const int BatchBytes = 32 << 10;

    private Worker? _worker;
    private Task<Worker>? _next;
    private Task<WorkerFailure>? _death;
    private Ticket? _retry;
    private int _starts;

    /// <summary>The socket to listen to, or -1.</summary>
    public int Socket => _worker is null || _death is not null ? -1 : _worker.Socket;

    /// <summary>How it is now; may be asked on any thread.</summary>
    public WorkerState State => _worker is { } worker ? new(number, worker.Pid, worker.Rendered, _starts) : new(number, null, 0, _starts);

    /// <summary>Whether it needs nothing for so long.</summary>
    public bool IsBusy(TimeSpan time) => _worker is null || (_death is null && plan.Pace.Keeps(_worker.Asked.Count, time));

    private bool IsRecycling => _worker is not null && _next is { IsCompletedSuccessfully: true };

    /// <summary>Does what can be done now: start a Worker, take one that has started, ask for frames.</summary>
    public void Step(RenderRun run)
    {
        if (_death is { IsCompleted: true })
        {
            Bury(run, _death.Result);
        }

        if (_death is null && _worker is { HasEnded: true, Asked.Count: 0 })
        {
            Retire(politely: false);
        }

        if (_worker is null && (_retry is not null || (run.Ready > 0 && run.IsAtWork(number))))
        {
            _next ??= StartAsync();
        }

        Recycle(run);
        if (_worker is null && _next is { IsCompleted: true })
        {
            Adopt(run);
        }

        if (_worker is not null && _death is null)
        {
            Ask(_worker, run);
        }
    }

    /// <summary>Reads what the Worker says. <see cref="Socket"/> can be read.</summary>
    public void Read(RenderRun run)
    {
        var worker = _worker!;
        bool isOpen;
        do
        {
            isOpen = worker.Read();
            while (worker.TryTake(run.GiveBack, out var ticket, out var frame))
            {
                run.Complete(ticket, frame, worker.Pid);
            }
        }
        while (isOpen && worker.HasEnded); // To the last word: what it had answered is not what it died of.

        if (isOpen)
        {
            return;
        }

        if (worker.Asked.Count > 0)
        {
            _death = Ringing(worker.FailureAsync());
        }
        else
        {
            worker.End(WorkerFailureKind.Protocol, "the worker closed its socket");
        }
    }

    /// <summary>Ends its part of a run; a Worker that owes nothing stays for the next one.</summary>
    public void Leave(bool isAborted)
    {
        _retry = null;
        if (_death is not null || _worker is { Asked.Count: > 0 })
        {
            Retire(politely: false);
        }

        if (isAborted && _next is not null)
        {
            _next.ContinueWith(start => live.Retire(start.Result, politely: false), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            _next = null;
        }
    }

    private void Ask(Worker worker, RenderRun run)
    {
        var isResting = _retry is null && !run.IsAtWork(number);
        var ahead = IsRecycling || isResting ? 0 : run.Share(plan.Pace.Ahead(plan.Session.SlotCount));
        if (worker.Asked.Count > ahead / 2)
        {
            return;
        }

        while (worker.HasFreeSlot && worker.Asked.Count < ahead && worker.BatchBytes < BatchBytes && Next(run) is { } ticket)
        {
            worker.Ask(ticket, run.NextSequence());
        }

        worker.Send();
    }

    // A frame that failed is tried alone and by a Worker of its own, so that a poisoned one takes no other down.
    private Ticket? Next(RenderRun run)
    {
        if (_retry is null)
        {
            return _worker!.Asked.TryPeek(out var first) && first.Failures.Count > 0 ? null : run.TakeReady();
        }

        var retry = _retry;
        _retry = null;
        return retry;
    }

    // Messages are answered in order, so only the first can be at fault.
    private void Bury(RenderRun run, WorkerFailure failure)
    {
        var ticket = _worker!.Asked.Dequeue();
        foreach (var waiting in _worker.Asked)
        {
            run.Return(waiting);
        }

        Retire(politely: false);
        _retry = run.Fail(ticket, failure) ? ticket : null;
    }

    // The successor starts while the old one still renders.
    private void Recycle(RenderRun run)
    {
        if (_worker is null || _death is not null || _worker.Rendered < plan.Options.RecycleAfterFrames)
        {
            return;
        }

        _next ??= StartAsync();
        if (_next.IsFaulted)
        {
            Adopt(run);
        }
        else if (_worker.Asked.Count == 0 && _next.IsCompleted)
        {
            Retire(politely: true);
        }
    }

    private void Adopt(RenderRun run)
    {
        var start = _next!;
        _next = null;
        if (start.IsCompletedSuccessfully)
        {
            _worker = start.Result;
            run.Started(_worker.Evidence!);
        }
        else
        {
            run.FailedToStart(start.Exception!.InnerException!);
            bell.Ring();
        }
    }

    private Task<Worker> StartAsync() => Ringing(live.StartAsync(new Worker(plan, $"{number}-{++_starts}", $"worker-{number}.log")));

    private void Retire(bool politely)
    {
        live.Retire(_worker!, politely);
        _worker = null;
        _death = null;
    }

    private Task<T> Ringing<T>(Task<T> task)
    {
        task.ContinueWith(_ => bell.Ring(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return task;
    }
}
