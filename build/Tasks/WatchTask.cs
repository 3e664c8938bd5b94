using Cake.Frosting;
using Rayshard.Build.Verbs;

namespace Rayshard.Build.Tasks;

/// <summary>Watches a render.</summary>
[TaskName("Watch")]
[TaskDescription("Serves an experiment's page on 127.0.0.1 while another terminal renders it: frames appear as they are stored; Ctrl-C ends it")]
public sealed class WatchTask : AsyncFrostingTask<KitContext>
{
    /// <inheritdoc/>
    public override Task RunAsync(KitContext context) => new Watching(context).RunAsync();
}
