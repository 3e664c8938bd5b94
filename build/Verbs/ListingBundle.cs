using Newtonsoft.Json.Linq;
using Rayshard.Build.Progress;
using Rayshard.Sharing;

namespace Rayshard.Build.Verbs;

/// <summary>Says what is in a bundle.</summary>
public sealed class ListingBundle(KitContext context)
{
    /// <summary>Reads no more than its manifest.</summary>
    /// <exception cref="RayshardException">There is none.</exception>
    public async Task RunAsync()
    {
        using var target = BundlePlace.Target(context, context.Options.Bundle.From, "bundle");
        Tell(await target.ReadHeadAsync(context.Interruption.Finish).ConfigureAwait(false)
            ?? throw new RayshardException(ExitCode.NotFound, $"--bundle={context.Options.Bundle.From}: there is no bundle"));
    }

    private void Tell(BundleHead head)
    {
        var manifest = head.Manifest;
        if (context.Options.Json)
        {
            context.Terminal.Answer(new JObject
            {
                ["type"] = "bundle",
                ["digest"] = head.Digest.ToString(),
                ["experiment"] = manifest.Experiment,
                ["records"] = manifest.Records.ToString(),
                ["license"] = manifest.License,
                ["frames"] = manifest.Frames,
                ["planned"] = manifest.Planned,
                ["bytes"] = manifest.Bytes,
                ["files"] = new JArray(manifest.Files.Select(file => new JObject { ["name"] = file.Name, ["bytes"] = file.Bytes, ["sha256"] = file.Sha256.ToString() })),
            });
            return;
        }

        foreach (var file in manifest.Files)
        {
            context.Terminal.Say($"{file.Sha256.ToString()[..12]}  {Words.Bytes(file.Bytes),10}  {file.Name}");
        }

        context.Terminal.Say($"{manifest.Experiment}: {Words.Count(manifest.Frames, "frame")} of {Words.Count(manifest.Planned)}, {Words.Count(manifest.Shards.Count(), "shard")}, {Words.Bytes(manifest.Bytes)}, {manifest.License}");
        if (manifest.Selection is { } selection)
        {
            context.Terminal.Say($"  selected: {string.Join(", ", selection.Select(part => $"{part.Key} {part.Value}"))}");
        }

        context.Terminal.Say($"  digest: sha256:{head.Digest}");
    }
}
