namespace Rayshard.Blender;

/// <summary>How Workers are run. Nothing here can change a frame.</summary>
public sealed record WorkerPoolOptions
{
    /// <summary>Folder for what the Workers print, one file each, at most 8 MiB; kept as evidence.</summary>
    public required string LogFolder { get; init; }

    /// <summary>Workers side by side. Default: one for each processor, because two one-thread Blenders beat one with two threads.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>Whether fewer may work where the run's own frames show that they are as fast.</summary>
    public bool MayRest { get; init; }

    /// <summary>Time to start Blender, and again to open the scene.</summary>
    public TimeSpan StartDeadline { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Time for the first frame of a Worker, which also compiles and loads.</summary>
    public TimeSpan FirstFrameDeadline { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Time for each further frame, or ten times the running median where that is more.</summary>
    public TimeSpan FrameDeadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Memory that a Worker may use, in bytes. Default: 90 % of the machine's, shared equally.</summary>
    public long? MemoryLimitBytes { get; init; }

    /// <summary>Frames after which a Worker is replaced by a fresh one, because a window leaks some 6 KB a frame.</summary>
    public int RecycleAfterFrames { get; init; } = 10_000;

    /// <summary>Where the private folder with slots, sockets and homes is made. Default: <c>/dev/shm</c>, or the temporary folder where that has no room.</summary>
    public string? ScratchFolder { get; init; }

    /// <summary>Called once, with what the first Worker says when it has opened the experiment, before its first frame; on the thread that renders.</summary>
    public Action<WorkerEvidence>? FirstOpened { get; init; }

    internal long WorkerMemoryBytes => MemoryLimitBytes ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 10 * 9 / Workers;

    /// <exception cref="RayshardException">A number makes no sense.</exception>
    internal void Validate()
    {
        var wrong = Workers is < 1 or > 1024 ? $"workers: {Workers} is not between 1 and 1024"
            : RecycleAfterFrames < 1 ? $"recycle: {RecycleAfterFrames} is less than 1 frame"
            : new[] { StartDeadline, FirstFrameDeadline, FrameDeadline }.Min() <= TimeSpan.Zero ? "a deadline is not positive"
            : null;
        if (wrong is not null)
        {
            throw new RayshardException(ExitCode.AskedWrongly, wrong);
        }
    }
}
