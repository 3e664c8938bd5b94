using Cake.Frosting;
using Rayshard.Build.Verbs;

namespace Rayshard.Build.Tasks;

/// <summary>Makes a bundle.</summary>
[TaskName("Bundle")]
[TaskDescription("Makes a bundle of what the store holds: shards, index, README, metadata, checked by sha256sum -c; --frames=RANGE --passes=A,B --where=CONDITION for a smaller one")]
public sealed class BundleTask : AsyncFrostingTask<KitContext>
{
    /// <inheritdoc/>
    public override Task RunAsync(KitContext context) => new Bundling(context).RunAsync();
}
