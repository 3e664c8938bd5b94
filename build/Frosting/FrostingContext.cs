using Cake.Core;

namespace Cake.Frosting;

/// <summary>What every task is given: Cake's context, to be extended.</summary>
public class FrostingContext(ICakeContext context) : CakeContextAdapter(context);

/// <summary>What runs before the first task and after the last one.</summary>
public abstract class FrostingLifetime<T>
    where T : ICakeContext
{
    /// <summary>Runs before the first task.</summary>
    public abstract void Setup(T context, ISetupContext info);

    /// <summary>Runs after the last task, failed or not.</summary>
    public abstract void Teardown(T context, ITeardownContext info);
}
