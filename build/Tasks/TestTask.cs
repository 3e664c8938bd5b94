using Cake.Frosting;
using Rayshard.Build.Verbs;

namespace Rayshard.Build.Tasks;

/// <summary>Tests.</summary>
[TaskName("Test")]
[TaskDescription("Builds and runs all tests, or those with --filter=TEXT in their name")]
public sealed class TestTask : AsyncFrostingTask<KitContext>
{
    /// <inheritdoc/>
    public override Task RunAsync(KitContext context) => new Testing(context).RunAsync();
}
