using System.Text.RegularExpressions;
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

    private static string Given(string? reference, string flag) =>
        reference ?? throw new RayshardException(ExitCode.AskedWrongly, $"--{flag}: which place? Give --{flag}=DIR, {(flag == "to" ? "" : "https://HOST/PATH ")}or oci:HOST/REPOSITORY:TAG");

    private static string Path(KitContext context, string reference) =>
        context.Folders.Resolve(reference.StartsWith(FolderScheme, StringComparison.Ordinal) ? reference[FolderScheme.Length..] : reference);

    private static bool IsFolder(string reference) => reference.StartsWith(FolderScheme, StringComparison.Ordinal)
        || !Scheme().IsMatch(reference);

    [GeneratedRegex("^[a-z][a-z0-9+.-]+:")]
    private static partial Regex Scheme();
}
