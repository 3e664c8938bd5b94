using System.Net.Sockets;

namespace Rayshard.Blender;

/// <summary>How it comes to life.</summary>
internal sealed partial class Worker
{
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

            // A thread of its own, because it waits for seconds.
            await Task.Factory.StartNew(Greet, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
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

    private void Greet()
    {
        var hello = Expect<WorkerMessage.Hello>();
        if (hello.Protocol != WorkerMessage.Version)
        {
            throw new FormatException($"the worker speaks protocol {hello.Protocol}, not {WorkerMessage.Version}: blender/worker and the host are of unlike versions");
        }

        Interlocked.Exchange(ref _deadline, Pace.Until(_plan.Options.StartDeadline));
        _plan.Session.CheckFiles();
        _channel.Send(_plan.Session.Open(_slots, Path.Combine(_folder, "tmp")));
        var opened = Expect<WorkerMessage.Opened>();
        if (_plan.Session.Check(opened.Passes) is { } misfit)
        {
            throw new FormatException(misfit);
        }

        _passes = opened.Passes;

        // Again, because a file that was edited between the two would be loaded, and its pixels stored under the old key.
        _plan.Session.CheckFiles();
        Evidence = new(hello.Json, opened.Settings, opened.Engine);
        Interlocked.Exchange(ref _deadline, long.MaxValue);
    }

    private T Expect<T>() where T : WorkerMessage
    {
        WorkerMessage? message;
        while ((message = _channel.Take()) is null)
        {
            if (!_channel.Read())
            {
                throw new EndOfStreamException();
            }
        }

        return message switch
        {
            T expected => expected,
            WorkerMessage.Refused refused => throw new RayshardException(ExitCode.AskedWrongly, $"{refused.Field}: {refused.Reason}: {refused.Fix}"),
            var unexpected => throw new FormatException($"the worker answered {unexpected} instead of {typeof(T).Name}"),
        };
    }
}
