using Cake.Frosting;
using Rayshard.Build.Verbs;

namespace Rayshard.Build.Tasks;

/// <summary>Pushes a bundle.</summary>
[TaskName("Push")]
[TaskDescription("Sends the bundle in --bundle=DIR to --to=folder:DIR, oci:HOST/REPOSITORY:TAG or s3:BUCKET/PREFIX; only what is not there yet travels")]
public sealed class PushTask : AsyncFrostingTask<KitContext>
{
    /// <inheritdoc/>
    public override Task RunAsync(KitContext context) => new Transferring(context).PushAsync();
}
