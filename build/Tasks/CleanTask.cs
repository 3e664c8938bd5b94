using Cake.Frosting;
using Rayshard.Build.Verbs;

namespace Rayshard.Build.Tasks;

/// <summary>Cleans.</summary>
[TaskName("Clean")]
[TaskDescription("Empties artifacts/, but never removes rendered frames")]
public sealed class CleanTask : FrostingTask<KitContext>
{
    /// <inheritdoc/>
    public override void Run(KitContext context) => new Cleaning(context).Run();
}
