using Cake.Frosting;
using Rayshard.Build.Verbs;

namespace Rayshard.Build.Tasks;

/// <summary>Pulls a bundle.</summary>
[TaskName("Pull")]
[TaskDescription("Fetches the bundle --bundle=REF (folder:DIR, https://HOST/PATH, oci:HOST/REPOSITORY:TAG, s3:BUCKET/PREFIX) into --output=DIR, and checks every byte; --frames=RANGE --passes=A,B --where=CONDITION for a part of it")]
public sealed class PullTask : AsyncFrostingTask<KitContext>
{
    /// <inheritdoc/>
    public override Task RunAsync(KitContext context) => new Transferring(context).PullAsync();
}
