using Cake.Frosting;
using Rayshard.Build.Verbs;

namespace Rayshard.Build.Tasks;

/// <summary>Makes pictures.</summary>
[TaskName("Preview")]
[TaskDescription("Writes each pass as a PNG contact sheet and an animated WebP, 8 bits, for looking only; --view=standard|raw")]
public sealed class PreviewTask : FrostingTask<KitContext>
{
    /// <inheritdoc/>
    public override void Run(KitContext context) => new Previewing(context).Run();
}
