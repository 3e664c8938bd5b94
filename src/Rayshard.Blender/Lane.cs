namespace Rayshard.Blender;

/// <summary>One of the pool's places: it has one Worker at a time, and replaces it when it fails or has rendered enough.</summary>
internal sealed class Lane(int number, WorkerPlan plan, LiveWorkers live)
{
    private Worker? _worker;
    private Task<Worker>? _next;
    private Ticket? _retry;
    private int _starts;

    /// <summary>Set when there may be something to do: a frame, a free slot, the end.</summary>
    public Signal Changed { get; } = new();

    /// <summary>How it is now; may be asked on any thread.</summary>
    public WorkerState State => _worker is { } worker ? new(number, worker.Pid, worker.Rendered, _starts) : new(number, null, 0, _starts);

    /// <summary>Works for a run until it is over.</summary>
    public async Task WorkAsync(RenderRun run)
    {
        try
        {
            while (!run.IsOver)
            {
                if (await AskAsync(run).ConfigureAwait(false))
                {
                    Take(run, await _worker!.AnswerAsync(() => Release(run)).ConfigureAwait(false));
                }
                else if (!run.IsOver)
                {
                    await Changed.WaitAsync().ConfigureAwait(false);
                }
            }
        }
        catch (Exception e)
        {
            run.Abort(e);
        }

        _retry = null;
        if (_worker is { Asked.Count: > 0 })
        {
            Retire(politely: false);
        }
    }

    // Whether a frame is under way after this.
    private async Task<bool> AskAsync(RenderRun run)
    {
        if (_worker is { HasEnded: true, Asked.Count: 0 })
        {
            Retire(politely: false);
        }

        if (_worker is null && (_retry is not null || run.HasReady) && !await StartAsync(run).ConfigureAwait(false))
        {
            return false;
        }

        await RecycleAsync(run).ConfigureAwait(false);
        while (_worker is { HasFreeSlot: true } worker && worker.Asked.Count < (IsRecycling ? 0 : plan.Pace.Ahead) && Next(run) is { } ticket)
        {
            await worker.AskAsync(ticket, run.NextSequence()).ConfigureAwait(false);
        }

        return _worker is { Asked.Count: > 0 };
    }

    // A frame that failed is tried alone and by a Worker of its own, so that a poisoned one takes no other down.
    private Ticket? Next(RenderRun run)
    {
        if (_retry is null)
        {
            return _worker!.Asked.Any(asked => asked.Failures.Count > 0) ? null : run.TakeReady();
        }

        var retry = _retry;
        _retry = null;
        return retry;
    }

    private void Take(RenderRun run, Answer answer)
    {
        if (answer.Frame is { } frame)
        {
            run.Complete(answer.Ticket, frame, _worker!.Pid);
            return;
        }

        // Messages are answered in order, so only the first can be at fault.
        foreach (var waiting in _worker!.Asked.Skip(1))
        {
            run.Return(waiting);
        }

        Retire(politely: false);
        _retry = run.Fail(answer.Ticket, answer.Failure!) ? answer.Ticket : null;
    }

    private bool IsRecycling => _next is { IsCompletedSuccessfully: true };

    // The successor starts while the old one still renders.
    private async Task RecycleAsync(RenderRun run)
    {
        if (_worker is null || _worker.Rendered < plan.Options.RecycleAfterFrames)
        {
            return;
        }

        _next ??= StartWorkerAsync(run);
        if (_next.Exception?.InnerException is { } fault)
        {
            _next = null;
            run.FailedToStart(fault);
        }
        else if (IsRecycling && _worker.Asked.Count == 0)
        {
            Retire(politely: true);
            _worker = await _next.ConfigureAwait(false);
            _next = null;
        }
    }

    private async Task<bool> StartAsync(RenderRun run)
    {
        var start = _next ?? StartWorkerAsync(run);
        _next = null;
        try
        {
            _worker = await start.ConfigureAwait(false);
            run.Started(_worker.Evidence!);
            return true;
        }
        catch (WorkersFailedException e)
        {
            run.FailedToStart(e);
            Changed.Set();
            return false;
        }
    }

    private async Task<Worker> StartWorkerAsync(RenderRun run)
    {
        var worker = new Worker(plan, $"{number}-{++_starts}", $"worker-{number}.log");
        live.Add(worker);
        try
        {
            if (run.IsOver)
            {
                worker.End(WorkerFailureKind.Stopped, "the run was stopped");
            }

            await worker.StartAsync().ConfigureAwait(false);
            return worker;
        }
        catch
        {
            live.Retire(worker, politely: false);
            throw;
        }
    }

    private void Retire(bool politely)
    {
        live.Retire(_worker!, politely);
        _worker = null;
    }

    private void Release(RenderRun run)
    {
        Changed.Set();
        run.GiveBack();
    }
}
