using System.Buffers;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.Sockets;
using Newtonsoft.Json.Linq;

namespace Rayshard.Blender;

/// <summary>What all Workers of a pool have in common.</summary>
internal sealed record WorkerPlan(WorkerCommand Command, WorkerSession Session, WorkerPoolOptions Options, RunFolder Folder, Pace Pace);

/// <summary>One Blender process from its start to its end. One thread asks and reads; <see cref="End"/> and <see cref="Check"/> come from anywhere.</summary>
internal sealed partial class Worker : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_quitPatience = TimeSpan.FromSeconds(5);

    private readonly WorkerPlan _plan;
    private readonly string _folder;
    private readonly WorkerLog _log;
    private readonly WorkerChannel _channel;
    private readonly SlotFile _slots;
    private readonly CancellationTokenSource _ended = new();
    private readonly ArrayBufferWriter<byte> _batch = new(4096);
    private readonly long _oomKills = Memory.OomKills();
    private IReadOnlyList<FramePass> _passes = [];
    private ProcessGroup? _group;
    private Display? _display;
    private WorkerFailure? _end;
    private long _deadline = long.MaxValue;
    private bool _isDistrusted;

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
    public Queue<Ticket> Asked { get; } = new();

    /// <summary>The descriptor that can be read when it has said something.</summary>
    public int Socket => _channel.Descriptor;

    /// <summary>Bytes of the message that <see cref="Send"/> sends.</summary>
    public int BatchBytes => _batch.WrittenCount;

    /// <summary>Whether it is over with it.</summary>
    public bool HasEnded => _ended.IsCancellationRequested;

    /// <summary>Whether a slot is free to ask with.</summary>
    public bool HasFreeSlot => _slots.HasFree;

    /// <summary>Adds a frame to the next message. There is a free slot.</summary>
    public void Ask(Ticket ticket, long sequence)
    {
        ticket.Sequence = sequence;
        ticket.Slot = _slots.Take();
        Asked.Enqueue(ticket);
        if (Asked.Count == 1)
        {
            Begin();
        }

        _plan.Session.Write(_batch, ticket.Frame, sequence, ticket.Slot);
    }

    /// <summary>Sends what was added.</summary>
    public void Send()
    {
        if (_batch.WrittenCount == 0)
        {
            return;
        }

        try
        {
            WorkerSession.Finish(_batch);
            _channel.Send(_batch);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is gone; reading says how.
        }
        finally
        {
            _batch.ResetWrittenCount();
        }
    }

    /// <summary>Reads what it has said. Whether it may say more: not when it is gone.</summary>
    public bool Read() => _channel.Read();

    /// <summary>The answer to the oldest question, where it has been read. A wrong one ends the Worker.</summary>
    public bool TryTake(Action done, [NotNullWhen(true)] out Ticket? ticket, [NotNullWhen(true)] out RenderedFrame? frame)
    {
        frame = null;
        if (!Asked.TryPeek(out ticket) || _isDistrusted)
        {
            return false;
        }

        try
        {
            switch (_channel.Take())
            {
                case null:
                    return false;
                case WorkerMessage.FrameDone answer when IsRight(ticket, answer):
                    Asked.Dequeue();
                    _plan.Pace.Add(TimeSpan.FromSeconds(answer.Seconds));
                    Rendered++;
                    Begin();
                    frame = new(ticket, _slots, _passes, answer.Seconds, done);
                    return true;
                case WorkerMessage.Failed failed when failed.Sequence == ticket.Sequence:
                    Distrust(Kind(failed.Kind), failed.Reason, failed.Detail);
                    return false;
                case { } unexpected:
                    Distrust(WorkerFailureKind.Protocol, $"the worker was asked for sequence {ticket.Sequence} in slot {ticket.Slot} and answered {unexpected}");
                    return false;
            }
        }
        catch (FormatException e)
        {
            Distrust(WorkerFailureKind.Protocol, e.Message);
            return false;
        }
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
            _channel.Send(new JObject { ["type"] = "quit" });
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

    private bool IsRight(Ticket ticket, WorkerMessage.FrameDone done)
    {
        if (done.Sequence != ticket.Sequence || done.Slot != ticket.Slot)
        {
            return false;
        }

        if (_slots.Check(ticket.Slot, ticket.Sequence, _passes, done.Sums) is { } wrong)
        {
            Distrust(WorkerFailureKind.Corrupt, wrong);
            return false;
        }

        if (_plan.Session.Guard(_slots, ticket.Slot, _passes) is { } refusal)
        {
            Distrust(WorkerFailureKind.Guard, refusal);
            return false;
        }

        return true;
    }

    // Of what such a Worker says behind it nothing is taken.
    private void Distrust(WorkerFailureKind kind, string reason, string detail = "")
    {
        _isDistrusted = true;
        End(kind, reason, detail);
    }

    private void Begin()
    {
        Interlocked.Exchange(ref _deadline, Asked.Count == 0 ? long.MaxValue : _plan.Pace.Deadline(first: Rendered == 0));
    }

    /// <summary>Why it failed, once it is dead.</summary>
    public async Task<WorkerFailure> FailureAsync()
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
