using System.Globalization;

namespace Rayshard.Blender;

/// <summary>
/// How many of a pool's lanes are at work: all, unless half of them are as fast, as where the host, the memory or half the processors (hyper-threads)
/// are the limit. Measured on the run's own frames, which are kept like any other; only <em>which</em> Worker renders a frame changes, so no bit does.
/// Threads are not tried: with more than one bits move (<see cref="WorkerCommand.Threads"/>). One thread.
/// </summary>
/// <param name="lanes">How many there are.</param>
/// <param name="isFixed">Whether all are wanted, whatever they bring.</param>
internal sealed class Crew(int lanes, bool isFixed)
{
    /// <summary>Before it begins: a shorter run would lose more by trying than it gains.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    // What was asked ahead by the last crew is done by then.
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan s_window = TimeSpan.FromSeconds(2);

    // Full, half, full, half: beside other work on the machine one pair may lie. All of the halves must be as fast as all of the fulls.
    private const int Windows = 4;
    private const int MinFrames = 16;
    private const double AsFast = 0.98;

    private readonly List<double> _rates = [];
    private readonly List<string> _found = [];
    private int _full = lanes;
    private bool _isSettled = isFixed || lanes == 1;
    private TimeSpan? _begun;
    private TimeSpan _from;
    private int _frames;

    /// <summary>How many lanes are at work; the others rest.</summary>
    public int Size { get; private set; } = lanes;

    /// <summary>What was measured; empty where nothing was.</summary>
    public string Finding => string.Join("; ", _found);

    /// <summary>Notes a rendered frame.</summary>
    /// <param name="now">When: a time from any fixed moment.</param>
    public void Rendered(TimeSpan now)
    {
        if (_isSettled)
        {
            return;
        }

        if (_begun is null)
        {
            _begun = now;
            _from = now + Patience;
        }

        if (now < _from || ++_frames <= MinFrames || now - _from < s_window)
        {
            return;
        }

        _rates.Add(_frames / (now - _from).TotalSeconds);
        Size = _rates.Count % 2 == 0 ? _full : _full / 2;
        (_from, _frames) = (now + s_settle, 0);
        if (_rates.Count == Windows)
        {
            Decide();
        }
    }

    private void Decide()
    {
        var (full, half) = (Math.Max(_rates[0], _rates[2]), Math.Min(_rates[1], _rates[3]));
        _found.Add(string.Create(CultureInfo.InvariantCulture, $"{_full} workers gave {full:0.#} frames/s, {_full / 2} gave {half:0.#}"));
        _rates.Clear();
        if (half >= AsFast * full)
        {
            _full /= 2;
            _isSettled = _full == 1;
        }
        else
        {
            _isSettled = true;
        }

        Size = _full;
    }
}
