using Newtonsoft.Json.Linq;
using Rayshard.Build.Progress;
using Rayshard.Reporting;
using Rayshard.Sharing;

namespace Rayshard.Build.Verbs;

/// <summary>Checks a bundle, names what is wrong, and leaves a note for the report; not in the bundle, which may be read-only.</summary>
public sealed class VerifyingBundle(KitContext context)
{
    /// <summary>Checks the one that was named.</summary>
    /// <exception cref="ToldException">Something is wrong (<see cref="ExitCode.NotSo"/>).</exception>
    public void Run()
    {
        var bundle = Bundle.Open(BundlePlace.Folder(context));
        var note = new VerifyNote(context.Folders.Runs, bundle.Folder, quick: false, TimeProvider.System);
        var faults = 0;
        foreach (var fault in BundleVerifier.Faults(bundle, context.Interruption.Finish))
        {
            faults++;
            note.Add(fault.File, fault.Text);
            if (context.Options.Json)
            {
                context.Terminal.Answer(new JObject { ["type"] = "fault", ["reason"] = fault.Text });
            }
            else
            {
                context.Terminal.Say(fault.Text);
            }
        }

        note.Write(BundlePlace.Verified(bundle), faults == 0 ? BundleVerifier.Shards(bundle) : [], isWhole: true);
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
