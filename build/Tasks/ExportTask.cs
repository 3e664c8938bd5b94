using Cake.Frosting;
using Rayshard.Build.Verbs;

namespace Rayshard.Build.Tasks;

/// <summary>Writes stored frames in another form.</summary>
[TaskName("Export")]
[TaskDescription("Writes stored frames, or a --bundle=REF, as --format=hdf5|zarr|npz|exr|png16 without rendering, and says what that loses; --frames=RANGE --passes=A,B --where=CONDITION")]
public sealed class ExportTask : AsyncFrostingTask<KitContext>
{
    /// <inheritdoc/>
    public override Task RunAsync(KitContext context) => new Exporting(context).RunAsync();
}
