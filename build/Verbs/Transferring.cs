using System.Diagnostics;
using Newtonsoft.Json.Linq;
using Rayshard.Build.Progress;
using Rayshard.Sharing;
using Rayshard.Sharing.Targets;

namespace Rayshard.Build.Verbs;

/// <summary>Pushes and pulls bundles, and tells how far it is.</summary>
public sealed class Transferring(KitContext context)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(3);

    /// <summary>Pushes the bundle in <c>--bundle</c> to <c>--to</c>.</summary>
    public async Task PushAsync()
    {
        var bundle = Bundle.Open(BundlePlace.Folder(context));
        using var target = BundlePlace.Target(context, context.Options.Bundle.To, "to");
        var moved = await BundleTransfer.PushAsync(bundle, target, Watch("sent"), context.Interruption.Finish).ConfigureAwait(false);
        Tell("pushed", "sent", bundle, moved, context.Options.Bundle.To!);
    }

    /// <summary>Pulls the bundle <c>--bundle</c> into <c>--output</c>.</summary>
    public async Task PullAsync()
    {
        using var target = BundlePlace.Target(context, context.Options.Bundle.From, "bundle");
        var output = context.Options.Output ?? throw new RayshardException(ExitCode.AskedWrongly, "--output: into which folder? Give --output=DIR");
        var (bundle, moved) = await BundleTransfer.PullAsync(target, context.Options.Bundle.From!, context.Options.Bundle.Selection, output, Watch("fetched"), context.Interruption.Finish).ConfigureAwait(false);
        Tell("pulled", "fetched", bundle, moved, context.Folders.Show(output));
    }

    private void Tell(string type, string verb, Bundle bundle, long moved, string place)
    {
        var manifest = bundle.Head.Manifest;
        if (context.Options.Json)
        {
            context.Terminal.Answer(new JObject { ["type"] = type, ["place"] = place, ["digest"] = bundle.Head.Digest.ToString(), ["records"] = manifest.Records.ToString(), ["frames"] = manifest.Frames, ["bytes"] = manifest.Bytes, ["moved"] = moved });
            return;
        }

        context.Terminal.Say($"{manifest.Experiment}: {Words.Count(manifest.Frames, "frame")}, {Words.Bytes(manifest.Bytes)} in {place}; {Words.Bytes(moved)} {verb}, the rest was there");
        context.Terminal.Say($"  digest: sha256:{bundle.Head.Digest}");
    }

    // A line every few seconds; a short transfer says nothing but its end.
    private Watcher? Watch(string verb) => context.Options.Json ? null : new(context.Terminal, verb);

    private sealed class Watcher(Terminal terminal, string verb) : IProgress<TransferProgress>
    {
        private readonly long _begun = Stopwatch.GetTimestamp();
        private TimeSpan _said;

        public void Report(TransferProgress value)
        {
            var now = Stopwatch.GetElapsedTime(_begun);
            if (now - _said >= s_pause)
            {
                _said = now;
                terminal.Say($"{Words.Bytes(value.Done)} of {Words.Bytes(value.Total)}, {Words.Bytes(value.Moved)} {verb}, {Words.Bytes((long)(value.Moved / now.TotalSeconds))}/s");
            }
        }
    }
}
