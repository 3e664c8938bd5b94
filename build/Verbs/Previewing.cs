using Newtonsoft.Json.Linq;
using Rayshard.Reporting;

namespace Rayshard.Build.Verbs;

/// <summary>Writes pictures of stored frames.</summary>
public sealed class Previewing(KitContext context)
{
    // Three rows of eight: a sheet that fits a page.
    internal static readonly FrameSample Sheet = FrameSample.Parse("24");

    /// <summary>Goes through the experiments.</summary>
    /// <exception cref="RayshardException">The store has none of the frames, or a picture can't be written.</exception>
    public void Run()
    {
        foreach (var experiment in context.Experiments.Select(resolved => resolved.Experiment))
        {
            using var shelf = FrameShelf.Open(context.Options.Store, experiment);
            var folder = context.Options.Output ?? Path.Combine(context.Folders.Reports, experiment.Name);
            foreach (var picture in new Preview(shelf, context.Options.View).Write(context.Options.Sample ?? Sheet, folder, context.Interruption.Finish))
            {
                Tell(experiment, picture);
            }
        }
    }

    private void Tell(Experiment experiment, Picture picture)
    {
        if (context.Options.Json)
        {
            context.Terminal.Answer(new JObject { ["type"] = "picture", ["experiment"] = experiment.Name, ["path"] = picture.Path, ["frames"] = picture.Frames, ["view"] = picture.View });
            return;
        }

        context.Terminal.Say($"{context.Folders.Show(picture.Path)}: {picture.Frames} frames, {picture.View}");
    }
}
