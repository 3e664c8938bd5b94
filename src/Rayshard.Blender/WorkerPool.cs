using System.Runtime.CompilerServices;

namespace Rayshard.Blender;

/// <summary>
/// Long-lived Workers that render the frames of one experiment. A Worker that dies, hangs, runs out of memory or breaks the protocol is
/// replaced and its frame tried again; a frame that fails three times is quarantined and the run goes on. When the pool is disposed of, and
/// also when this process is killed, no Blender and no Xvfb stays behind.
/// </summary>
public sealed class WorkerPool : IAsyncDisposable
{
    private readonly RunFolder _folder;
    private readonly LiveWorkers _live = new();
    private readonly PoolCounts _counts;
    private readonly Bell _bell = new();
    private readonly Crew _crew;
    private readonly IReadOnlyList<Lane> _lanes;
    private readonly int _window;
    private RenderRun? _run;

    private WorkerPool(WorkerCommand command, WorkerSession session, WorkerPoolOptions options)
    {
        _counts = new(options.FirstOpened);
        _crew = new(options.Workers, isFixed: !options.MayRest);
        _window = options.Workers * session.SlotCount;

        // Twice: a Worker's successor starts before it ends.
        _folder = RunFolder.Create(options.ScratchFolder, 2 * _window * session.SlotBytes);
        var plan = new WorkerPlan(command, session, options, _folder, new(options));
        _lanes = [.. Enumerable.Range(1, options.Workers).Select(number => new Lane(number, plan, _live, _bell))];
    }

    /// <summary>What the Worker that started last said of itself and of the opened experiment; <c>null</c> before the first.</summary>
    public WorkerEvidence? Evidence => _counts.Evidence;

    /// <summary>What decided the pixels, with the libraries that a Worker had mapped after its first frame; <c>null</c> before it.</summary>
    public async Task<Fingerprint?> FingerprintAsync(Toolchain toolchain) =>
        _counts is { Evidence: { } evidence, Libraries: { } libraries } ? Fingerprint.Of(toolchain, evidence, await libraries.ConfigureAwait(false)) : null;

    /// <summary>Blender processes started so far.</summary>
    public int WorkersStarted => _live.Started;

    /// <summary>How many Workers are at work: fewer than there may be where fewer were as fast.</summary>
    public int WorkersAtWork => _crew.Size;

    /// <summary>What was measured to settle that; empty where nothing was.</summary>
    public string Calibration => _crew.Finding;

    /// <summary>How each Worker is. A snapshot.</summary>
    public IReadOnlyList<WorkerState> Workers => [.. _lanes.Select(lane => lane.State)];

    /// <summary>Tries of frames that failed so far.</summary>
    public int FailedTries => _counts.FailedTries;

    /// <summary>Opens a pool for a resolved experiment. Blender starts with the first frame.</summary>
    /// <param name="toolchain">The experiment's toolchain, provisioned for its CPU kernel.</param>
    /// <param name="experiment">The resolved experiment.</param>
    /// <param name="folder">The folder that the scene's files are in.</param>
    /// <param name="options">How Workers are run.</param>
    /// <exception cref="RayshardException">A scene file is not the one that was resolved, the toolchain is another, or there is no room for the slots.</exception>
    public static WorkerPool Open(Toolchain toolchain, Experiment experiment, string folder, WorkerPoolOptions options)
    {
        if (experiment.Toolchain != toolchain.Pin.Id || CpuClass.Of(experiment.CpuKernel) != toolchain.CpuClass)
        {
            throw new RayshardException(ExitCode.AskedWrongly,
                $"experiment '{experiment.Name}' asks for toolchain '{experiment.Toolchain}' and CPU kernel {experiment.CpuKernel}, but was given '{toolchain.Pin.Id}' on {toolchain.CpuClass}");
        }

        return Open(toolchain.Command(experiment.Capture), experiment, folder, options);
    }

    /// <summary>
    /// Renders frames: the outcomes come in the order of <paramref name="frames"/>, which may be endless and is read no further ahead than the
    /// Workers have slots. Dispose of each outcome: the memory is theirs. One run at a time. Whoever enumerates does the host's part of the
    /// work and waits for the Workers: give it a thread of its own.
    /// </summary>
    /// <param name="frames">What to render; read by whoever enumerates.</param>
    /// <param name="idle">Called on the same thread before it waits for the Workers.</param>
    /// <param name="finish">When set, no new frame is begun; those under way are finished and given, and the run ends normally.</param>
    /// <param name="now">When set, everything is killed at once.</param>
    /// <exception cref="OperationCanceledException"><paramref name="now"/> was set.</exception>
    /// <exception cref="WorkersFailedException">Three Workers in a row did not start, or the first eight frames were all quarantined.</exception>
    /// <exception cref="RayshardException">Blender refused the experiment (<see cref="ExitCode.AskedWrongly"/>): field, reason, fix.</exception>
    public IEnumerable<FrameOutcome> Render(IEnumerable<Frame> frames, Action? idle = null, CancellationToken finish = default, CancellationToken now = default)
    {
        if (_run is { IsOver: false })
        {
            throw new InvalidOperationException("the pool renders already");
        }

        _run = new(_window, _lanes, _live, _counts, _bell, _crew, idle);
        return _run.Run(frames, finish, now);
    }

    /// <summary>The same for a caller that has other things to do: each outcome costs a hop to another thread.</summary>
    public async IAsyncEnumerable<FrameOutcome> RenderAsync(IEnumerable<Frame> frames, CancellationToken finish = default, [EnumeratorCancellation] CancellationToken now = default)
    {
        using var outcomes = Render(frames, null, finish, now).GetEnumerator();
        while (await Task.Run(outcomes.MoveNext, CancellationToken.None).ConfigureAwait(false))
        {
            yield return outcomes.Current;
        }
    }

    /// <summary>Kills the Workers, waits until they are gone, and removes all that was private to them.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_run is not null)
        {
            _run.Abort(new ObjectDisposedException(nameof(WorkerPool)));
            _run.Leave();
        }

        await _live.DisposeAsync().ConfigureAwait(false);
        _folder.Dispose();
    }

    internal static WorkerPool Open(WorkerCommand command, Experiment experiment, string folder, WorkerPoolOptions options)
    {
        options.Validate();
        var session = new WorkerSession(experiment, folder);
        session.CheckFiles();
        return new(command, session, options);
    }
}

/// <summary>What is counted over all runs of a pool.</summary>
/// <param name="firstOpened">Hears of the first Worker.</param>
internal sealed class PoolCounts(Action<WorkerEvidence>? firstOpened)
{
    private readonly Lock _lock = new();
    private long _sequence;
    private int _failedTries;

    public int FailedTries => _failedTries;

    public WorkerEvidence? Evidence { get; private set; }

    /// <summary>What the first Worker that rendered has mapped; hashed beside the rendering.</summary>
    public Task<SortedDictionary<string, Digest>>? Libraries { get; private set; }

    /// <summary>Notes a Worker that started.</summary>
    public void Started(WorkerEvidence evidence)
    {
        var isFirst = Evidence is null;
        Evidence = evidence;
        if (isFirst)
        {
            firstOpened?.Invoke(evidence);
        }
    }

    /// <summary>Notes a rendered frame of a Blender process: the libraries of the first are read, when also the late ones are loaded.</summary>
    public void Rendered(int pid)
    {
        if (Libraries is null)
        {
            lock (_lock)
            {
                Libraries ??= Task.Run(() => MappedLibraries.Of(pid));
            }
        }
    }

    public long NextSequence() => Interlocked.Increment(ref _sequence);

    public void Failed() => Interlocked.Increment(ref _failedTries);
}
