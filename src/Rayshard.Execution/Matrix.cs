using Newtonsoft.Json.Linq;
using Rayshard.Blender;

namespace Rayshard.Execution;

/// <summary>How far a pass moved from one toolchain to the next.</summary>
public enum Movement
{
    /// <summary>The same bits.</summary>
    Identical,

    /// <summary>Other bits, 120 dB and more below the peak: rounding.</summary>
    Rounding,

    /// <summary>No farther than another noise seed on the newer toolchain: other samples of the same picture.</summary>
    Noise,

    /// <summary>Farther than its noise: another picture.</summary>
    Moved,
}

/// <summary>One experiment on every toolchain of this machine.</summary>
/// <param name="Experiment">Name of the experiment.</param>
/// <param name="Frames">Indexes of the frames that were rendered.</param>
/// <param name="Cells">A toolchain each, by version.</param>
/// <param name="Steps">From each toolchain that rendered to the next.</param>
/// <param name="Folder">Folder with logs and difference pictures.</param>
public sealed record Matrix(string Experiment, IReadOnlyList<long> Frames, IReadOnlyList<MatrixCell> Cells, IReadOnlyList<MatrixStep> Steps, string Folder);

/// <summary>One experiment on one toolchain.</summary>
/// <param name="Pin">The toolchain.</param>
/// <param name="LeftOut">Ids of passes that this Blender does not have.</param>
/// <param name="Refusal">Why nothing was rendered; absent where it was.</param>
/// <param name="Records">Addresses of the records, in the order of the frames.</param>
/// <param name="Fingerprint">What decided the pixels.</param>
/// <param name="Settings">Every setting as this Blender had it.</param>
public sealed record MatrixCell(
    ToolchainPin Pin, IReadOnlyList<string> LeftOut, string? Refusal = null, IReadOnlyList<Digest>? Records = null, Fingerprint? Fingerprint = null, JObject? Settings = null);

/// <summary>What moved from one toolchain to the next, and what explains it.</summary>
/// <param name="From">The older.</param>
/// <param name="To">The newer.</param>
/// <param name="Passes">The passes that both have.</param>
/// <param name="Settings">Settings whose values differ, by path; <c>null</c> where one Blender has no such setting.</param>
/// <param name="Changes">What changed in Blender between the two that can have moved a pass that moved.</param>
public sealed record MatrixStep(
    ToolchainPin From, ToolchainPin To, IReadOnlyList<PassMovement> Passes, IReadOnlyList<(string Path, JToken? Older, JToken? Newer)> Settings, IReadOnlyList<BlenderChange> Changes);

/// <summary>How far one pass moved.</summary>
/// <param name="Pass">The pass's name.</param>
/// <param name="Movement">The farthest of its frames.</param>
/// <param name="Worst">The frame with the least peak signal to noise.</param>
/// <param name="Noise">What another seed does to that frame on the newer toolchain.</param>
/// <param name="Share">Share of the numbers whose bits differ, over all frames.</param>
/// <param name="OlderMean">Mean of the numbers below 1e9 in magnitude, over all frames, in the pass's unit.</param>
/// <param name="NewerMean">The same on the newer.</param>
public sealed record PassMovement(string Pass, Movement Movement, PassDifference Worst, PassDifference Noise, double Share, double OlderMean, double NewerMean);
