using Rayshard.Blender;

namespace Rayshard.Execution;

/// <summary>What became of something that was rendered again.</summary>
public enum Grade
{
    /// <summary>The same bits.</summary>
    Identical,

    /// <summary>Other bits, within the pass's tolerance or, where it has none, far below its noise.</summary>
    WithinTolerance,

    /// <summary>Something else.</summary>
    Different,
}

/// <summary>What to render again, and how.</summary>
public sealed record ReproduceRequest
{
    /// <summary>The experiments, the store, and how Workers are run.</summary>
    public required RenderRequest Render { get; init; }

    /// <summary>Which frames.</summary>
    public required FrameSample Sample { get; init; }

    /// <summary>Another kernel than the experiment's: what a machine that lacks the pinned one would give. Nothing of it is stored.</summary>
    public CpuKernel? Kernel { get; init; }

    /// <summary>Whether to hold each frame, rendered after others by one Worker, against itself rendered alone, instead of against the store.</summary>
    public bool Isolation { get; init; }
}

/// <summary>One pass of one frame.</summary>
/// <param name="Pass">The pass's name.</param>
/// <param name="Grade">The grade.</param>
/// <param name="Difference">How far it is from the first render.</param>
/// <param name="Noise">How far another noise seed is from the first render; absent where that was not needed.</param>
public sealed record PassVerdict(string Pass, Grade Grade, PassDifference Difference, PassDifference? Noise);

/// <summary>One frame. No passes where it could not be rendered.</summary>
/// <param name="Index">Its place in the experiment.</param>
/// <param name="Passes">A verdict for each pass, in the order of the record.</param>
/// <param name="Failures">The tries that failed.</param>
public sealed record FrameVerdict(long Index, IReadOnlyList<PassVerdict> Passes, IReadOnlyList<WorkerFailure> Failures)
{
    /// <summary>The worst of its passes.</summary>
    public Grade Grade => Passes.Count == 0 ? Grade.Different : Passes.Max(pass => pass.Grade);
}

/// <summary>What came of rendering an experiment's frames again.</summary>
/// <param name="Experiment">Name of the experiment.</param>
/// <param name="Frames">The frames that were held against the first render, in order.</param>
/// <param name="Missing">Frames of the sample that the store does not hold.</param>
/// <param name="Here">What decided the pixels now.</param>
/// <param name="Stored">What decided those of the store, where that was written down.</param>
/// <param name="Causes">Where these differ: the likely cause.</param>
/// <param name="Folder">Folder with logs and difference pictures.</param>
public sealed record Reproduction(
    string Experiment, IReadOnlyList<FrameVerdict> Frames, IReadOnlyList<long> Missing,
    Fingerprint? Here, IReadOnlyList<Fingerprint> Stored, IReadOnlyList<string> Causes, string Folder)
{
    /// <summary>The worst of its frames.</summary>
    public Grade Grade => Frames.Count == 0 ? Grade.Identical : Frames.Max(frame => frame.Grade);
}
