using Newtonsoft.Json.Linq;
using Rayshard.Build.Progress;
using Rayshard.Reporting;
using Rayshard.Sharing;

namespace Rayshard.Build.Verbs;

/// <summary>Makes bundles.</summary>
public sealed class Bundling(KitContext context)
{
    /// <summary>A bundle of each experiment that was named.</summary>
    /// <exception cref="RayshardException">The experiment does not say whose it is, or the store holds nothing of it.</exception>
    public async Task RunAsync()
    {
        if (context.Options.Output is { } one && context.Experiments.Count > 1)
        {
            throw new RayshardException(ExitCode.AskedWrongly, $"--output={one}: one folder for {context.Experiments.Count} experiments; leave it out, or name one experiment");
        }

        foreach (var resolved in context.Experiments)
        {
            var output = context.Options.Output ?? Path.Combine(context.Folders.Bundles, resolved.Experiment.Name);
            using var pictures = new Pictures();
            Tell(await new Bundler(new()
            {
                Experiment = resolved.Experiment,
                SceneFolder = resolved.Folder,
                StoreFolder = context.Options.Store,
                BlenderFolder = context.Folders.Blender,
                PreviewFile = Preview(resolved.Experiment, pictures.Folder),
                Selection = context.Options.Bundle.Selection,
            }).WriteAsync(output, context.Interruption.Finish).ConfigureAwait(false));
        }
    }

    // Of the whole experiment only: a smaller bundle is not to show what was left out of it.
    private string? Preview(Experiment experiment, string folder)
    {
        if (!context.Options.Bundle.Selection.IsAll)
        {
            return null;
        }

        using var shelf = FrameShelf.Open(context.Options.Store, experiment);
        var pass = experiment.Passes.FirstOrDefault(pass => pass.Pass == "combined") ?? experiment.Passes[0];
        return new Preview(shelf, context.Options.View).Write(Previewing.Sheet, folder, context.Interruption.Finish, pass.Name)[0].Path;
    }

    private void Tell(Bundle bundle)
    {
        var manifest = bundle.Head.Manifest;
        if (context.Options.Json)
        {
            context.Terminal.Answer(new JObject { ["type"] = "bundle", ["folder"] = bundle.Folder, ["digest"] = bundle.Head.Digest.ToString(), ["records"] = manifest.Records.ToString(), ["frames"] = manifest.Frames, ["planned"] = manifest.Planned, ["bytes"] = manifest.Bytes });
            return;
        }

        var folder = context.Folders.Show(bundle.Folder);
        var missing = manifest.Frames < manifest.Planned ? $" of {Words.Count(manifest.Planned)}" : "";
        context.Terminal.Say($"{manifest.Experiment}: {Words.Count(manifest.Frames, "frame")}{missing}, {Words.Bytes(manifest.Bytes)} in {folder}");
        context.Terminal.Say($"  digest: sha256:{bundle.Head.Digest}");
        context.Terminal.Say($"To check it: (cd {folder} && sha256sum -c SHA256SUMS), or dotnet cake --target=VerifyBundle --bundle={folder}");
    }

    private sealed class Pictures : IDisposable
    {
        public string Folder { get; } = Directory.CreateTempSubdirectory("rayshard-bundle-").FullName;

        public void Dispose() => Directory.Delete(Folder, recursive: true);
    }
}
