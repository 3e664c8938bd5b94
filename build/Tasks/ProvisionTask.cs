using Cake.Frosting;
using Rayshard.Build.Verbs;

namespace Rayshard.Build.Tasks;

/// <summary>Makes the machine ready.</summary>
[TaskName("Provision")]
[TaskDescription("Finds or installs the pinned Blender, checks it, and probes that its captures agree to the bit")]
public sealed class ProvisionTask : AsyncFrostingTask<KitContext>
{
    /// <inheritdoc/>
    public override Task RunAsync(KitContext context) => new Provisioning(context).RunAsync();
}
