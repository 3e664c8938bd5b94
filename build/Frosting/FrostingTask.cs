using Cake.Core;

namespace Cake.Frosting;

/// <summary>A task, whatever its context.</summary>
public interface IFrostingTask
{
    /// <summary>Runs it.</summary>
    Task RunAsync(ICakeContext context);

    /// <summary>Whether it is to run.</summary>
    bool ShouldRun(ICakeContext context);

    /// <summary>Called when it failed. What this throws takes the failure's place; if it throws nothing, the failure is forgotten.</summary>
    void OnError(Exception exception, ICakeContext context);

    /// <summary>Called at the end, failed or not.</summary>
    void Finally(ICakeContext context);
}

/// <summary>A task that needs nothing but Cake's context.</summary>
public abstract class FrostingTask : FrostingTask<ICakeContext>;

/// <summary>A task.</summary>
public abstract class FrostingTask<T> : IFrostingTask
    where T : ICakeContext
{
    /// <summary>Runs it.</summary>
    public virtual void Run(T context)
    {
    }

    /// <inheritdoc cref="IFrostingTask.ShouldRun"/>
    public virtual bool ShouldRun(T context) => true;

    /// <inheritdoc cref="IFrostingTask.OnError"/>
    public virtual void OnError(Exception exception, T context)
    {
    }

    /// <inheritdoc cref="IFrostingTask.Finally"/>
    public virtual void Finally(T context)
    {
    }

    Task IFrostingTask.RunAsync(ICakeContext context)
    {
        Run((T)context);
        return Task.CompletedTask;
    }

    bool IFrostingTask.ShouldRun(ICakeContext context) => ShouldRun((T)context);

    void IFrostingTask.OnError(Exception exception, ICakeContext context) => OnError(exception, (T)context);

    void IFrostingTask.Finally(ICakeContext context) => Finally((T)context);
}
