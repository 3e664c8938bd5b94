using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Newtonsoft.Json.Linq;

namespace Rayshard.Blender;

/// <summary>What all Workers of a pool have in common.</summary>
internal sealed record WorkerPlan(WorkerCommand Command, WorkerSession Session, WorkerPoolOptions Options, RunFolder Folder, Pace Pace);

/// <summary>A Worker's answer: exactly one of frame and failure.</summary>
internal readonly record struct Answer(Ticket Ticket, RenderedFrame? Frame, WorkerFailure? Failure);

/// <summary>One Blender process from its start to its end. One caller asks and reads; <see cref="End"/> and <see cref="Check"/> come from anywhere.</summary>
internal sealed class Worker : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_quitPatience = TimeSpan.FromSeconds(5);

    private readonly WorkerPlan _plan;
    private readonly string _folder;
    private readonly WorkerLog _log;
    private readonly WorkerChannel _channel;
    private readonly SlotFile _slots;
    private readonly CancellationTokenSource _ended = new();
    private readonly Queue<Ticket> _asked = new();
    private readonly long _oomKills = Memory.OomKills();
    private ProcessGroup? _group;
    private Display? _display;
    private WorkerFailure? _end;
    private long _deadline = long.MaxValue;
    private long _begun;

    /// <summary>Prepares a Worker; <paramref name="name"/> is unlike that of every other in the run, <paramref name="log"/> is its log's.</summary>
    public Worker(WorkerPlan plan, string name, string log)
    {
        _plan = plan;
        _folder = plan.Folder.Make(name);
        _log = new(Path.Combine(plan.Options.LogFolder, log));
        _slots = new(Path.Combine(_folder, "slots"), plan.Session.SlotCount, plan.Session.SlotBytes);
        _channel = new(Path.Combine(_folder, "socket"));
    }

    /// <summary>What it said when the experiment was opened.</summary>
    public WorkerEvidence? Evidence { get; private set; }

    /// <summary>Blender's process, as this machine numbers it; 0 before it has connected.</summary>
    public int Pid { get; private set; }

    /// <summary>Frames it has rendered.</summary>
    public int Rendered { get; private set; }

    /// <summary>Frames it was asked for and has not answered, the one being rendered first.</summary>
    public IReadOnlyCollection<Ticket> Asked => _asked;

    /// <summary>Whether it is over with it.</summary>
    public bool HasEnded => _ended.IsCancellationRequested;

    /// <summary>Whether a slot is free to ask with.</summary>
    public bool HasFreeSlot => _slots.HasFree;

    /// <summary>Starts Blender and opens the experiment in it.</summary>
    /// <exception cref="WorkersFailedException">It did not get that far.</exception>
    /// <exception cref="RayshardException">It refused the experiment (<see cref="ExitCode.AskedWrongly"/>), or the machine lacks something.</exception>
    public async Task StartAsync()
    {
        try
        {
            Interlocked.Exchange(ref _deadline, Pace.Until(_plan.Options.StartDeadline));
            await StartProcessesAsync().ConfigureAwait(false);
            Pid = await _channel.AcceptAsync(_ended.Token).ConfigureAwait(false);
            var hello = await ExpectAsync<WorkerMessage.Hello>().ConfigureAwait(false);
            if (hello.Protocol != WorkerMessage.Version)
            {
                throw new FormatException($"the worker speaks protocol {hello.Protocol}, not {WorkerMessage.Version}: blender/worker and the host are of unlike versions");
            }

            Interlocked.Exchange(ref _deadline, Pace.Until(_plan.Options.StartDeadline));
            _plan.Session.CheckFiles();
            await _channel.SendAsync(_plan.Session.Open(_slots, Path.Combine(_folder, "tmp"))).ConfigureAwait(false);
            var opened = await ExpectAsync<WorkerMessage.Opened>().ConfigureAwait(false);

            // Again, because a file that was edited between the two would be loaded, and its pixels stored under the old key.
            _plan.Session.CheckFiles();
            Evidence = new(hello.Json, opened.Settings);
            Interlocked.Exchange(ref _deadline, long.MaxValue);
        }
        catch (Exception e) when (e is FormatException or OperationCanceledException or SocketException or EndOfStreamException)
        {
            if (e is FormatException)
            {
                End(WorkerFailureKind.Protocol, e.Message);
            }

            throw new WorkersFailedException("a worker did not start", [await FailureAsync().ConfigureAwait(false)]);
        }
    }

    /// <summary>Asks for a frame. There is a free slot.</summary>
    public async Task AskAsync(Ticket ticket, long sequence)
    {
        ticket.Sequence = sequence;
        ticket.Slot = _slots.Take();
        _asked.Enqueue(ticket);
        if (_asked.Count == 1)
        {
            Begin();
        }

        try
        {
            await _channel.SendAsync(_plan.Session.Render(ticket.Frame, sequence, ticket.Slot)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is gone; reading says how.
        }
    }

    /// <summary>The answer to the oldest question. After a failure the Worker is dead.</summary>
    public async Task<Answer> AnswerAsync(Action frameDone)
    {
        var ticket = _asked.Peek();
        try
        {
            switch (await _channel.ReceiveAsync().ConfigureAwait(false))
            {
                case WorkerMessage.FrameDone done when IsRight(ticket, done):
                    _asked.Dequeue();
                    _plan.Pace.Add(Stopwatch.GetElapsedTime(_begun));
                    Rendered++;
                    Begin();
                    return new(ticket, new(ticket, _slots, done, frameDone), null);
                case WorkerMessage.Failed failed when failed.Sequence == ticket.Sequence:
                    End(Kind(failed.Kind), failed.Reason, failed.Detail);
                    break;
                case { } unexpected:
                    End(WorkerFailureKind.Protocol, $"the worker was asked for sequence {ticket.Sequence} in slot {ticket.Slot} and answered {unexpected}");
                    break;
            }
        }
        catch (FormatException e)
        {
            End(WorkerFailureKind.Protocol, e.Message);
        }

        return new(ticket, null, await FailureAsync().ConfigureAwait(false));
    }

    /// <summary>Kills it, at once and with all its processes; the first reason stands.</summary>
    public void End(WorkerFailureKind kind, string reason, string detail = "")
    {
        Interlocked.CompareExchange(ref _end, new(kind, reason) { Detail = detail }, null);
        _ended.Cancel();
        _group?.Kill();
        _channel.Shut();
    }

    /// <summary>Ends it where it is past its deadline or its memory. To be called a few times a second.</summary>
    public void Check()
    {
        if (Stopwatch.GetTimestamp() > Interlocked.Read(ref _deadline))
        {
            End(WorkerFailureKind.Hung, "the worker did not answer by its deadline and was killed");
        }

        if (_group?.ResidentBytes(Pid) is { } bytes && bytes > _plan.Options.WorkerMemoryBytes)
        {
            End(WorkerFailureKind.OutOfMemory, string.Create(CultureInfo.InvariantCulture, $"the worker used {bytes} bytes of memory, more than its {_plan.Options.WorkerMemoryBytes}, and was killed"));
        }

        _log.Trim();
    }

    /// <summary>Lets it end by itself, if it does so soon.</summary>
    public async Task QuitAsync()
    {
        try
        {
            await _channel.SendAsync(new() { ["type"] = "quit" }).ConfigureAwait(false);
            await _group!.Exited.WaitAsync(s_quitPatience).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or TimeoutException)
        {
            // Then it is killed.
        }
    }

    /// <summary>Ends it, waits until its processes are gone, and removes its folder.</summary>
    public async ValueTask DisposeAsync()
    {
        End(WorkerFailureKind.Stopped, "the worker is no longer needed");
        var display = _display is null ? ValueTask.CompletedTask : _display.DisposeAsync();
        await (_group?.Exited ?? Task.CompletedTask).ConfigureAwait(false);
        await display.ConfigureAwait(false);
        _group?.Dispose();
        _channel.Dispose();
        _slots.Dispose();
        RunFolder.Remove(_folder);
    }

    private async Task StartProcessesAsync()
    {
        var environment = _plan.Command.EnvironmentIn(_folder);
        if (_plan.Session.NeedsDisplay)
        {
            _display = await Display.StartAsync(environment, _folder, _log.Path, _ended.Token).ConfigureAwait(false);
            environment[Display.Variable] = _display.Name;
        }

        _group = await ProcessGroup.StartAsync(_plan.Command.Launch(_plan.Session, environment, _folder, _log.Path)).ConfigureAwait(false);
        _ = _group.Exited.ContinueWith(_ => Gone(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        if (HasEnded)
        {
            _group.Kill();
        }
    }

    // Also where a child of Blender holds the socket open.
    private void Gone()
    {
        _channel.Shut();
        _ended.Cancel();
    }

    private async Task<T> ExpectAsync<T>() where T : WorkerMessage => await _channel.ReceiveAsync().ConfigureAwait(false) switch
    {
        T expected => expected,
        null => throw new EndOfStreamException(),
        WorkerMessage.Refused refused => throw new RayshardException(ExitCode.AskedWrongly, $"{refused.Field}: {refused.Reason}: {refused.Fix}"),
        var unexpected => throw new FormatException($"the worker answered {unexpected} instead of {typeof(T).Name}"),
    };

    private bool IsRight(Ticket ticket, WorkerMessage.FrameDone done)
    {
        if (done.Sequence != ticket.Sequence || done.Slot != ticket.Slot)
        {
            return false;
        }

        if (_plan.Session.Check(done.Passes) is { } misfit)
        {
            throw new FormatException(misfit);
        }

        if (_slots.Check(ticket.Slot, ticket.Sequence, done.Passes) is { } wrong)
        {
            End(WorkerFailureKind.Corrupt, wrong);
            return false;
        }

        if (_plan.Session.Guard(_slots, ticket.Slot, done.Passes) is { } refusal)
        {
            End(WorkerFailureKind.Guard, refusal);
            return false;
        }

        return true;
    }

    private void Begin()
    {
        _begun = Stopwatch.GetTimestamp();
        Interlocked.Exchange(ref _deadline, _asked.Count == 0 ? long.MaxValue : _plan.Pace.Deadline(first: Rendered == 0));
    }

    private async Task<WorkerFailure> FailureAsync()
    {
        if (_group is not null && await Task.WhenAny(_group.Exited, Task.Delay(s_patience)).ConfigureAwait(false) != _group.Exited)
        {
            End(WorkerFailureKind.Protocol, "the worker closed its socket but did not end");
        }

        var code = _group is null ? 0 : await _group.Exited.ConfigureAwait(false);
        return (Volatile.Read(ref _end) ?? Died(code)) with { Pid = _group?.Pid ?? 0, Log = _log.Path, LogTail = _log.Tail() };
    }

    private WorkerFailure Died(int code)
    {
        var signal = code > 128 ? code - 128 : (int?)null;
        if (signal == Native.SigKill && Memory.OomKills() > _oomKills)
        {
            return new(WorkerFailureKind.OutOfMemory, "the kernel killed the worker because the machine ran out of memory") { Signal = signal };
        }

        return signal is not null
            ? new(WorkerFailureKind.Died, $"the worker was ended by signal {signal}") { Signal = signal }
            : new(WorkerFailureKind.Died, $"the worker ended with exit code {code}{(code == 64 ? ", an uncaught Python error" : "")}") { ExitCode = code };
    }

    private static WorkerFailureKind Kind(string kind) => kind switch
    {
        "scene" => WorkerFailureKind.Scene,
        "guard" => WorkerFailureKind.Guard,
        "memory" => WorkerFailureKind.OutOfMemory,
        "render" => WorkerFailureKind.Render,
        _ => throw new FormatException($"the worker failed with unknown kind '{kind}'"),
    };
}
