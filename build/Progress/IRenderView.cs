using Rayshard.Execution;

namespace Rayshard.Build.Progress;

/// <summary>Shows a running render.</summary>
public interface IRenderView
{
    /// <summary>Shows what <paramref name="render"/> reports, until it ends.</summary>
    Task<T> ShowAsync<T>(Func<IProgress<RenderProgress>, Task<T>> render);
}
