using Cake.Frosting;
using Rayshard.Build.Verbs;

namespace Rayshard.Build.Tasks;

/// <summary>Lists the toolchains.</summary>
[TaskName("Toolchains")]
[TaskDescription("Lists the pinned Blenders, and which of them this machine has had and probed")]
public sealed class ToolchainsTask : AsyncFrostingTask<KitContext>
{
    /// <inheritdoc/>
    public override Task RunAsync(KitContext context) => new Listing(context).RunAsync();
}
