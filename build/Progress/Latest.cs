using System.Diagnostics.CodeAnalysis;
using Rayshard.Execution;

namespace Rayshard.Build.Progress;

/// <summary>Hands on every report at once, on the caller's thread: <see cref="Progress{T}"/> would reorder them.</summary>
internal sealed class Latest(Action<RenderProgress> report) : IProgress<RenderProgress>
{
    [SuppressMessage("Design", "CA1030:Use events where appropriate", Justification = "The name is the interface's.")]
    public void Report(RenderProgress value) => report(value);
}
