using Cake.Core;
using Cake.Frosting;

namespace Rayshard.Build.Tests.Doubles;

/// <summary>Tasks that end in every way, on the genuine engine and with the host's own context and lifetime.</summary>
public static class EndingTasks
{
    /// <summary>Called by <c>endings.cake</c>.</summary>
    public static void Register(ICakeContext script)
    {
        var context = new KitContext(script, new(script.Environment.WorkingDirectory.FullPath), new([]));
        var host = new CakeHost(script).UseContext(context).UseLifetime(new KitLifetime());
        host.Engine.RegisterTask("Good").Does(_ => context.Terminal.Say("good"));
        host.Engine.RegisterTask("Busy").Does(_ => throw new RayshardException(ExitCode.Busy, "the store is busy"));
        host.Engine.RegisterTask("Broken").Does(_ => throw new InvalidOperationException("broken"));
        host.Engine.RegisterTask("After").IsDependentOn("Busy").Does(_ => context.Terminal.Say("must not run"));
        host.Engine.RegisterTask("Long").Does(_ => LongAsync(context));
    }

    // As a render does it: after the first signal it ends its frame, after the second it is cancelled.
    private static async Task LongAsync(KitContext context)
    {
        context.Terminal.Say("started");
        await Task.WhenAny(Task.Delay(TimeSpan.FromSeconds(30), context.Interruption.Finish));
        context.Terminal.Say("finishing");
        await Task.Delay(TimeSpan.FromSeconds(1), context.Interruption.Now);
        context.Terminal.Say("finished");
        throw new ToldException(ExitCode.Interrupted);
    }
}
