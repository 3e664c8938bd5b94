using Cake.Frosting;
using Rayshard.Build.Verbs;

namespace Rayshard.Build.Tasks;

/// <summary>Renders.</summary>
[TaskName("Render")]
[TaskDescription("Renders what the store lacks of the first experiment, or of each --experiment=NAME")]
[IsDependentOn(typeof(ProvisionTask))]
public sealed class RenderTask : AsyncFrostingTask<KitContext>
{
    /// <inheritdoc/>
    public override Task RunAsync(KitContext context) => new Rendering(context).RunAsync(context.Experiments);
}
