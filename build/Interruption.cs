using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Rayshard.Build;

/// <summary>
/// The user's wish to end, by Ctrl-C, SIGTERM or SIGHUP: once to end after what is in flight, twice to end now, three times to have the
/// process killed. Thread-safe; lives as long as the process.
/// </summary>
public sealed class Interruption : IDisposable
{
    // "dotnet cake" is two processes. Where SIGTERM is sent to both, as systemd and Slurm do, the outer one hands it on: it comes twice and means once.
    private static readonly TimeSpan s_echo = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _finish = new();
    private readonly CancellationTokenSource _now = new();
    private readonly List<PosixSignalRegistration> _registrations;
    private readonly Action<string> _say;
    private readonly Lock _lock = new();
    private int _signals;
    private long _last;

    /// <summary>Listens from now on, and says what it heard.</summary>
    public Interruption(Action<string> say)
    {
        _say = say;
        _registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(signal => PosixSignalRegistration.Create(signal, Hear))];
    }

    /// <summary>Set when the user wants it to end: begin nothing new.</summary>
    public CancellationToken Finish => _finish.Token;

    /// <summary>Set when the user wants it to end at once.</summary>
    public CancellationToken Now => _now.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _finish.Dispose();
        _now.Dispose();
    }

    private void Hear(PosixSignalContext signal)
    {
        int count;
        lock (_lock)
        {
            if (signal.Signal == PosixSignal.SIGTERM && _signals > 0 && Stopwatch.GetElapsedTime(_last) < s_echo)
            {
                signal.Cancel = true;
                return;
            }

            count = ++_signals;
            _last = Stopwatch.GetTimestamp();
        }

        signal.Cancel = count <= 2;
        if (count == 1)
        {
            Say("Finishing what is in flight; again to stop now.");
            _ = _finish.CancelAsync();
        }
        else if (count == 2)
        {
            Say("Stopping now.");
            _ = _now.CancelAsync();
        }
    }

    // After SIGHUP the terminal is gone: that must not end the process before it has finished.
    private void Say(string line)
    {
        try
        {
            _say(line);
        }
        catch (IOException)
        {
        }
    }
}
