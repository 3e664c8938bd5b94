namespace Rayshard.Execution;

/// <summary>What the experiments of one run share.</summary>
/// <param name="RunsFolder">Folder for evidence.</param>
/// <param name="Time">The clock, for names and notes only.</param>
/// <param name="Progress">Hears of frames as they are stored; may be called thousands of times a second.</param>
/// <param name="Finish">Set to end after the frames in flight.</param>
/// <param name="Now">Set to end at once.</param>
internal sealed record RenderRun(string RunsFolder, TimeProvider Time, IProgress<RenderProgress>? Progress, CancellationToken Finish, CancellationToken Now);
