using Cake.Frosting;
using Rayshard.Build.Verbs;

namespace Rayshard.Build.Tasks;

/// <summary>Writes the report.</summary>
[TaskName("Report")]
[TaskDescription("Writes one HTML file per experiment: every frame, raw values under the pointer, plots, evidence; opens from disk")]
public sealed class ReportTask : AsyncFrostingTask<KitContext>
{
    /// <inheritdoc/>
    public override Task RunAsync(KitContext context) => new ReportWriting(context).RunAsync();
}
