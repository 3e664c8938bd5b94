using Cake.Core;
using Cake.Frosting;
using Rayshard.Build.Verbs;

namespace Rayshard.Build;

/// <summary>The composition root: <c>build.cake</c> calls it before it runs the targets.</summary>
public static class Program
{
    /// <summary>Reads the command line and registers the tasks on the engine that runs the script.</summary>
    public static void Register(ICakeContext script)
    {
        try
        {
            var host = new CakeHost(script).AddAssembly(typeof(Program).Assembly);
            var folders = new Folders(script.Environment.WorkingDirectory.FullPath);
            var experiments = ExperimentShelf.Load(folders.Experiments);
            var context = new KitContext(script, folders, experiments);
            host.UseContext(context).UseLifetime(new KitLifetime()).Register();
            RegisterExperiments(host.Engine, context, experiments);
            context.Options.RefuseUnknownTargets([.. host.Engine.Tasks.Select(task => task.Name)]);
        }
        catch (Exception e)
        {
            Ending.Of(e, isInterrupted: false).End();
        }
    }

    // A task for each experiment, so that --tree and --description show what there is to render.
    private static void RegisterExperiments(ICakeEngine engine, KitContext context, ExperimentShelf experiments)
    {
        foreach (var resolved in experiments.All)
        {
            engine.RegisterTask(KitOptions.RenderTarget(resolved.Experiment.Name))
                .Description($"{resolved.Experiment.Description} ({new FramePlan(resolved.Experiment).Count} frames)")
                .IsDependentOn("Provision")
                .Does(_ => new Rendering(context).RunAsync([resolved]));
        }
    }
}
