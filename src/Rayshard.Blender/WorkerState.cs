namespace Rayshard.Blender;

/// <summary>How a Worker is, for people who look on.</summary>
/// <param name="Number">Its place in the pool, from 1.</param>
/// <param name="Pid">Its Blender's process; absent while there is none.</param>
/// <param name="Rendered">Frames that this process has rendered.</param>
/// <param name="Starts">Processes that were started in this place so far.</param>
public sealed record WorkerState(int Number, int? Pid, int Rendered, int Starts);
