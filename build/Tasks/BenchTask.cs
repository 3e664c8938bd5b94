using Cake.Frosting;
using Rayshard.Build.Verbs;

namespace Rayshard.Build.Tasks;

/// <summary>Measures.</summary>
[TaskName("Bench")]
[TaskDescription("Measures the kit against its peers on this machine, interleaved; leaves artifacts/bench/bench.json")]
public sealed class BenchTask : AsyncFrostingTask<KitContext>
{
    /// <inheritdoc/>
    public override Task RunAsync(KitContext context) => new Benching(context).RunAsync();
}
