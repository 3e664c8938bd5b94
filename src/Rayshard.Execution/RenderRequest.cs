namespace Rayshard.Execution;

/// <summary>What to render and where to. Nothing here can change a frame.</summary>
public sealed record RenderRequest
{
    /// <summary>The experiments, in order.</summary>
    public required IReadOnlyList<ResolvedExperiment> Experiments { get; init; }

    /// <summary>Folder of the store.</summary>
    public required string StoreFolder { get; init; }

    /// <summary>Folder for evidence of the run: logs, provenance, quarantine.</summary>
    public required string RunsFolder { get; init; }

    /// <summary>Workers side by side; absent: one for each processor, or fewer where the run's own frames show that fewer are as fast.</summary>
    public int? Workers { get; init; }

    /// <summary>Time for a frame after a Worker's first; absent: 30 seconds or ten times the median.</summary>
    public TimeSpan? FrameDeadline { get; init; }

    /// <summary>Time for a Worker's first frame, which also loads and compiles; absent: 120 seconds.</summary>
    public TimeSpan? FirstFrameDeadline { get; init; }

    /// <summary>Memory that a Worker may use, in bytes; absent: 90 % of the machine's, shared equally.</summary>
    public long? WorkerMemoryBytes { get; init; }

    /// <summary>
    /// Called where an experiment's scene is set to another engine than Cycles, which renders it all the same: with the experiment's name and that
    /// engine's, as <c>BLENDER_EEVEE</c>. Once for each experiment, before its first frame.
    /// </summary>
    public Action<string, string>? OtherEngine { get; init; }
}

/// <summary>A resolved experiment and the folder of its scene's files.</summary>
/// <param name="Experiment">The experiment.</param>
/// <param name="Folder">The folder.</param>
public sealed record ResolvedExperiment(Experiment Experiment, string Folder);

/// <summary>How far an experiment is. A snapshot.</summary>
/// <param name="Experiment">Name of the experiment.</param>
/// <param name="Frames">Frames it has.</param>
public sealed record RenderProgress(string Experiment, long Frames)
{
    /// <summary>Frames rendered in this run.</summary>
    public long Rendered { get; init; }

    /// <summary>Frames that the store held already, here or in another experiment.</summary>
    public long Reused { get; init; }

    /// <summary>Frames that are quarantined.</summary>
    public long Failed { get; init; }

    /// <summary>Tries that failed and were done again.</summary>
    public int FailedTries { get; init; }

    /// <summary>What settled how many Workers work; empty where nothing was measured.</summary>
    public string Calibration { get; init; } = "";

    /// <summary>Bytes of the experiment's shards so far.</summary>
    public long Bytes { get; init; }

    /// <summary>Shards that are sealed.</summary>
    public int ShardsSealed { get; init; }

    /// <summary>Shards that it has.</summary>
    public int Shards { get; init; }

    /// <summary>Time since this run began with it.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>Frames that are settled, one way or the other.</summary>
    public long Done => Rendered + Reused + Failed;
}

/// <summary>What became of an experiment in a run.</summary>
/// <param name="Progress">The counts at the end.</param>
/// <param name="IsInterrupted">Whether the user ended it before its last frame.</param>
/// <param name="RunFolder">Folder with the run's evidence; absent where nothing was rendered.</param>
/// <param name="ShardFolder">Folder with the shards and the index tables.</param>
public sealed record RenderSummary(RenderProgress Progress, bool IsInterrupted, string? RunFolder, string ShardFolder)
{
    /// <summary>In what this machine is unlike those that rendered the experiment before, a clause each; empty where it is not known to be.</summary>
    public IReadOnlyList<string> Unlike { get; init; } = [];

    /// <summary>The engine that the scene is set to where that is not Cycles, as <c>BLENDER_EEVEE</c>; Cycles rendered it all the same. Not known where nothing was rendered.</summary>
    public string? SceneEngine { get; init; }

    /// <summary>The exit code that says it.</summary>
    public ExitCode ExitCode => IsInterrupted ? ExitCode.Interrupted : Progress.Failed > 0 ? ExitCode.Quarantined : ExitCode.Done;
}
