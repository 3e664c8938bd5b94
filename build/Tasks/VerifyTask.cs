using Cake.Frosting;
using Rayshard.Build.Verbs;

namespace Rayshard.Build.Tasks;

/// <summary>Checks the store.</summary>
[TaskName("Verify")]
[TaskDescription("Reads every byte of the store again and names what is wrong and where; --quick trusts the manifests")]
public sealed class VerifyTask : FrostingTask<KitContext>
{
    /// <inheritdoc/>
    public override void Run(KitContext context) => new Verifying(context).Run();
}
