using Cake.Frosting;
using Rayshard.Build.Verbs;

namespace Rayshard.Build.Tasks;

/// <summary>Lists a bundle.</summary>
[TaskName("ListBundle")]
[TaskDescription("Says what is in the bundle --bundle=REF")]
public sealed class ListBundleTask : AsyncFrostingTask<KitContext>
{
    /// <inheritdoc/>
    public override Task RunAsync(KitContext context) => new ListingBundle(context).RunAsync();
}
