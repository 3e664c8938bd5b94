using Microsoft.Win32.SafeHandles;

namespace Rayshard.Blender;

/// <summary>
/// What the one thread of a run sleeps on: the Workers' sockets, and a bell that any thread may ring. A thread of its own and poll(2), because
/// by .NET's thread pool every answer costs two hops and their spinning: 0.25 ms of CPU a frame.
/// </summary>
internal sealed class Bell
{
    private readonly SafeFileHandle _event = Native.NewEvent();
    private Native.Poll[] _polls = [];
    private int _isRung, _isAsleep;

    /// <summary>Wakes the sleeper, or keeps it from falling asleep. Costs nothing where nobody sleeps. Any thread.</summary>
    public void Ring()
    {
        if (Interlocked.Exchange(ref _isRung, 1) == 0 && Volatile.Read(ref _isAsleep) == 1)
        {
            Native.Signal(_event);
        }
    }

    /// <summary>
    /// Sleeps for a time, or until the bell rings. What has rung it before waits for that long, or the sleeper's own rings would keep it awake; the
    /// next <see cref="Wait"/> heeds it. One thread.
    /// </summary>
    public void Nap(TimeSpan time)
    {
        Interlocked.Exchange(ref _isAsleep, 1);
        Native.Wait([new((int)_event.DangerousGetHandle())], (int)time.TotalMilliseconds);
        Interlocked.Exchange(ref _isAsleep, 0);
    }

    /// <summary>Sleeps until the bell rings or a socket can be read, and says for each whether it can. One thread.</summary>
    public void Wait(ReadOnlySpan<int> sockets, Span<bool> canRead)
    {
        if (_polls.Length != sockets.Length + 1)
        {
            _polls = new Native.Poll[sockets.Length + 1];
        }

        for (var i = 0; i < sockets.Length; i++)
        {
            _polls[i] = new(sockets[i]);
        }

        _polls[^1] = new((int)_event.DangerousGetHandle());
        Interlocked.Exchange(ref _isAsleep, 1);
        Native.Wait(_polls, Volatile.Read(ref _isRung) == 1 ? 0 : -1);
        Interlocked.Exchange(ref _isAsleep, 0);
        if (_polls[^1].CanRead)
        {
            Native.Take(_event);
        }

        // Whoever rings from here on has changed what the caller looks at next.
        Interlocked.Exchange(ref _isRung, 0);
        for (var i = 0; i < sockets.Length; i++)
        {
            canRead[i] = _polls[i].CanRead;
        }
    }
}
