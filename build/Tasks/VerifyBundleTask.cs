using Cake.Frosting;
using Rayshard.Build.Verbs;

namespace Rayshard.Build.Tasks;

/// <summary>Checks a bundle.</summary>
[TaskName("VerifyBundle")]
[TaskDescription("Reads every byte of the bundle in the folder --bundle=DIR, and what the bytes mean, and names what is wrong")]
public sealed class VerifyBundleTask : FrostingTask<KitContext>
{
    /// <inheritdoc/>
    public override void Run(KitContext context) => new VerifyingBundle(context).Run();
}
