using Cake.Frosting;
using Rayshard.Build.Verbs;

namespace Rayshard.Build.Tasks;

/// <summary>Lists the frames.</summary>
[TaskName("Configs")]
[TaskDescription("Writes the config of every frame as JSON Lines, to standard output or --output=PATH")]
public sealed class ConfigsTask : AsyncFrostingTask<KitContext>
{
    /// <inheritdoc/>
    public override Task RunAsync(KitContext context) => new Configuring(context).RunAsync();
}
