using Cake.Frosting;
using Rayshard.Build.Verbs;

namespace Rayshard.Build.Tasks;

/// <summary>Holds the toolchains against each other.</summary>
[TaskName("Matrix")]
[TaskDescription("Renders --sample=8 frames of each experiment on every pinned toolchain and reports which passes move from version to version, by how much, and why")]
public sealed class MatrixTask : AsyncFrostingTask<KitContext>
{
    /// <inheritdoc/>
    public override Task RunAsync(KitContext context) => new Comparing(context).RunAsync();
}
