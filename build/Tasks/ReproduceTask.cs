using Cake.Frosting;
using Rayshard.Build.Verbs;

namespace Rayshard.Build.Tasks;

/// <summary>Proves that frames render the same again.</summary>
[TaskName("Reproduce")]
[TaskDescription("Renders --sample=N|P%|all of the stored frames again and grades each pass: identical, within tolerance, different; --isolation seeks leaks between frames")]
public sealed class ReproduceTask : AsyncFrostingTask<KitContext>
{
    /// <inheritdoc/>
    public override Task RunAsync(KitContext context) => new Reproducing(context).RunAsync();
}
