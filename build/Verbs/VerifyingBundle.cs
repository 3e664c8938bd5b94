using Newtonsoft.Json.Linq;
using Rayshard.Build.Progress;
using Rayshard.Sharing;

namespace Rayshard.Build.Verbs;

/// <summary>Checks a bundle and names what is wrong.</summary>
public sealed class VerifyingBundle(KitContext context)
{
    /// <summary>Checks the one that was named.</summary>
    /// <exception cref="ToldException">Something is wrong (<see cref="ExitCode.NotSo"/>).</exception>
    public void Run()
    {
        var bundle = Bundle.Open(BundlePlace.Folder(context));
        var faults = 0;
        foreach (var fault in BundleVerifier.Faults(bundle, context.Interruption.Finish))
        {
            faults++;
            if (context.Options.Json)
            {
                context.Terminal.Answer(new JObject { ["type"] = "fault", ["reason"] = fault });
            }
            else
            {
                context.Terminal.Say(fault);
            }
        }

        var (manifest, files) = (bundle.Head.Manifest, bundle.Head.Manifest.Files.Count);
        if (context.Options.Json)
        {
            context.Terminal.Answer(new JObject { ["type"] = "verified", ["digest"] = bundle.Head.Digest.ToString(), ["files"] = files, ["frames"] = manifest.Frames, ["bytes"] = manifest.Bytes, ["faults"] = faults });
        }
        else
        {
            context.Terminal.Say($"{manifest.Experiment}, sha256:{bundle.Head.Digest}: {Words.Count(files, "file")}, {Words.Count(manifest.Frames, "frame")}, {Words.Bytes(manifest.Bytes)}: {(faults == 0 ? "all is as it should be" : Words.Count(faults, "fault"))}");
        }

        if (faults > 0)
        {
            throw new ToldException(ExitCode.NotSo);
        }
    }
}
