using Cake.Frosting;
using Rayshard.Build.Verbs;

namespace Rayshard.Build.Tasks;

/// <summary>Tells whether numbers are raw.</summary>
[TaskName("Inspect")]
[TaskDescription("Tells from the numbers alone whether stored frames (--sample=N|P%|all), or a --file=PATH (.npy, shard, EXR, PNG, TIFF), are raw floats or lost something on their way")]
public sealed class InspectTask : AsyncFrostingTask<KitContext>
{
    /// <inheritdoc/>
    public override Task RunAsync(KitContext context) => new Inspecting(context).RunAsync();
}
