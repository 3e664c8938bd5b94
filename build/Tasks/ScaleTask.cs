using Cake.Frosting;
using Rayshard.Build.Verbs;

namespace Rayshard.Build.Tasks;

/// <summary>Measures against the number of frames.</summary>
[TaskName("Scale")]
[TaskDescription("Measures plan, configs, store, lookup and Verify on 10^4 to 10^8 synthetic frames; leaves artifacts/bench/scale.json")]
public sealed class ScaleTask : AsyncFrostingTask<KitContext>
{
    /// <inheritdoc/>
    public override Task RunAsync(KitContext context) => new Benching(context).ScaleAsync();
}
