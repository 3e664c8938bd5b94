namespace Rayshard.Build.Verbs;

/// <summary>Where the bundle is that the command line means.</summary>
internal static class BundlePlace
{
    private const string FolderScheme = "folder:";

    /// <summary>The reference, as it was typed; a path is made absolute.</summary>
    public static string Reference(KitContext context)
    {
        var from = context.Options.Bundle.From ?? throw new RayshardException(ExitCode.AskedWrongly, "--bundle: which bundle? Give --bundle=DIR");
        return IsFolder(from) ? FolderScheme + Path(context, from) : from;
    }

    /// <summary>The folder, for what works on folders alone.</summary>
    /// <exception cref="RayshardException">It is no folder.</exception>
    public static string Folder(KitContext context)
    {
        var reference = Reference(context);
        return IsFolder(reference) ? Path(context, reference)
            : throw new RayshardException(ExitCode.AskedWrongly, $"--bundle={reference}: this needs a folder: pull it first (dotnet cake --target=Pull --bundle={reference} --output=DIR)");
    }

    private static string Path(KitContext context, string reference) =>
        context.Folders.Resolve(reference.StartsWith(FolderScheme, StringComparison.Ordinal) ? reference[FolderScheme.Length..] : reference);

    private static bool IsFolder(string reference) => reference.StartsWith(FolderScheme, StringComparison.Ordinal)
        || !System.Text.RegularExpressions.Regex.IsMatch(reference, "^[a-z][a-z0-9+.-]+:");
}
