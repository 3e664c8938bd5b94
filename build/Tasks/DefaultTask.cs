using Cake.Frosting;

namespace Rayshard.Build.Tasks;

/// <summary>What runs where no target is named.</summary>
[TaskName("Default")]
[TaskDescription("The same as Render")]
[IsDependentOn(typeof(RenderTask))]
public sealed class DefaultTask : FrostingTask<KitContext>;
