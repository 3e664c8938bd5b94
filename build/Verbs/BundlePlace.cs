using System.Text.RegularExpressions;
using Rayshard.Execution;
using Rayshard.Reporting;
using Rayshard.Sharing;
using Rayshard.Sharing.Targets;

namespace Rayshard.Build.Verbs;

/// <summary>Where the bundle is that the command line means.</summary>
internal static partial class BundlePlace
{
    private const string FolderScheme = "folder:";

    /// <summary>The folder in <c>--bundle</c>, for what works on folders alone.</summary>
    /// <exception cref="RayshardException">It is no folder.</exception>
    public static string Folder(KitContext context)
    {
        var from = Given(context.Options.Bundle.From, "bundle");
        return IsFolder(from) ? Path(context, from)
            : throw new RayshardException(ExitCode.AskedWrongly, $"--bundle={from}: this needs a folder: pull it first (dotnet cake --target=Pull --bundle={from} --output=DIR)");
    }

    /// <summary>The place that a flag names; a plain path is a folder.</summary>
    /// <exception cref="RayshardException">It names none.</exception>
    public static ISharingTarget Target(KitContext context, string? reference, string flag)
    {
        var given = Given(reference, flag);
        return SharingTarget.Open(IsFolder(given) ? FolderScheme + Path(context, given) : given, flag, context.Folders.Uploads);
    }

    /// <summary>The bundle in <c>--bundle</c>, in a folder: pulled below <c>artifacts/bundles</c> where it lies elsewhere.</summary>
    /// <exception cref="RayshardException">There is none, or it can't be pulled.</exception>
    public static async Task<Bundle> HereAsync(KitContext context)
    {
        var reference = Given(context.Options.Bundle.From, "bundle");
        if (IsFolder(reference))
        {
            return Bundle.Open(Path(context, reference));
        }

        using var target = Target(context, reference, "bundle");
        var head = await target.ReadHeadAsync(context.Interruption.Finish).ConfigureAwait(false) ?? throw new RayshardException(ExitCode.NotFound, $"--bundle={reference}: there is no bundle");
        var folder = System.IO.Path.Combine(context.Folders.Bundles, $"{head.Manifest.Experiment}-{head.Digest.ToString()[..12]}");

        // Another run may be pulling the same one: the second waits, and finds it there.
        Directory.CreateDirectory(context.Folders.Bundles);
        using var alone = await FileTurn.TakeAsync(folder + ".lock", context.Interruption.Finish).ConfigureAwait(false);
        return (await BundleTransfer.PullAsync(target, reference, folder, null, context.Interruption.Finish).ConfigureAwait(false)).Bundle;
    }

    /// <summary>The experiments and their store; or, with <c>--bundle</c>, what the bundle brings, laid out as a store.</summary>
    /// <exception cref="RayshardException">There is no such bundle, it can't be pulled, or a file of it is damaged.</exception>
    public static async Task<(IReadOnlyList<ResolvedExperiment> Experiments, string Store)> ExperimentsAsync(KitContext context)
    {
        if (context.Options.Bundle.From is null)
        {
            return (context.Experiments, context.Options.Store);
        }

        return LayOut(context, await HereAsync(context).ConfigureAwait(false));
    }

    /// <summary>What a bundle brings, laid out as a store.</summary>
    /// <exception cref="RayshardException">A file of it is damaged.</exception>
    public static (IReadOnlyList<ResolvedExperiment> Experiments, string Store) LayOut(KitContext context, Bundle bundle)
    {
        var (experiment, store, scene) = BundleStore.LayOut(bundle, System.IO.Path.Combine(context.Folders.Bundles, ".laid-out", bundle.Head.Digest.ToString()[..12]));
        return ([new(experiment, scene)], store);
    }

    /// <summary>What a verification of a bundle reads.</summary>
    public static VerifiedPlace Verified(Bundle bundle) => VerifiedPlace.OfBundle(bundle.Head.Digest, bundle.Folder, bundle.ShardFolder);

    private static string Given(string? reference, string flag) =>
        reference ?? throw new RayshardException(ExitCode.AskedWrongly, $"--{flag}: which place? Give --{flag}=DIR, {(flag == "to" ? "" : "https://HOST/PATH, ")}oci:HOST/REPOSITORY:TAG or s3:BUCKET/PREFIX");

    private static string Path(KitContext context, string reference) =>
        context.Folders.Resolve(reference.StartsWith(FolderScheme, StringComparison.Ordinal) ? reference[FolderScheme.Length..] : reference);

    private static bool IsFolder(string reference) => reference.StartsWith(FolderScheme, StringComparison.Ordinal)
        || !Scheme().IsMatch(reference);

    [GeneratedRegex("^[a-z][a-z0-9+.-]+:")]
    private static partial Regex Scheme();
}
