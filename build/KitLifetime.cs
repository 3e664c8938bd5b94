using Cake.Core;
using Cake.Core.Diagnostics;
using Cake.Frosting;

namespace Rayshard.Build;

/// <summary>Ends the process with the exit code and the one line that a failure is worth.</summary>
public sealed class KitLifetime : FrostingLifetime<KitContext>
{
    // Below Quiet, where Cake still logs errors: it would say each failure three times, in colour, before we can say it once.
    private const Verbosity Silent = (Verbosity)(-1);

    /// <inheritdoc/>
    public override void Setup(KitContext context, ISetupContext info)
    {
        if (context.Log.Verbosity <= Verbosity.Normal)
        {
            context.Log.Verbosity = Silent;
        }
    }

    /// <inheritdoc/>
    public override void Teardown(KitContext context, ITeardownContext info)
    {
        if (info.ThrownException is { } thrown)
        {
            // Here and not later, because Cake would now print a table of durations, on standard output, and can't be told not to.
            Ending.Of(thrown, context.Interruption.Finish.IsCancellationRequested).End();
        }
    }
}
