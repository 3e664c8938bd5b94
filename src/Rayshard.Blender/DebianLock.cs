namespace Rayshard.Blender;

/// <summary>A Debian package of a lock.</summary>
/// <param name="Sha256">SHA-256 of the .deb.</param>
/// <param name="Path">Where it is below a mirror's folder, as <c>pool/main/b/blender/blender_3.4.1+dfsg-2+b1_amd64.deb</c>.</param>
internal sealed record LockedPackage(Digest Sha256, string Path);

/// <summary>Every package that a Blender of a Debian release needs, by digest: <c>sha256  path</c>, a line each; <c>#</c> begins a note.</summary>
internal static class DebianLock
{
    /// <summary>Reads one.</summary>
    /// <exception cref="RayshardException">It is missing or a line is malformed (<see cref="ExitCode.AskedWrongly"/>): file, line, reason.</exception>
    public static IReadOnlyList<LockedPackage> Read(string file)
    {
        if (!File.Exists(file))
        {
            throw new RayshardException(ExitCode.AskedWrongly, $"there is no lock '{file}': sh blender/lock.sh SUITE > FILE writes one");
        }

        var packages = new List<LockedPackage>();
        foreach (var (line, number) in File.ReadLines(file).Select((line, i) => (line, i + 1)))
        {
            if (line.Length > 0 && line[0] != '#')
            {
                packages.Add(Parse(line) ?? throw new RayshardException(ExitCode.AskedWrongly, $"{file}({number}): '{line}' is not 'sha256  pool/..._amd64.deb': write the lock anew with blender/lock.sh"));
            }
        }

        return packages.Count > 0 ? packages : throw new RayshardException(ExitCode.AskedWrongly, $"{file}: names no package: write the lock anew with blender/lock.sh");
    }

    private static LockedPackage? Parse(string line) =>
        line.Split("  ") is [var digest, var path] && Digest.TryParse(digest, out var sha256)
        && path.StartsWith("pool/", StringComparison.Ordinal) && path.EndsWith(".deb", StringComparison.Ordinal) && !path.Contains("..", StringComparison.Ordinal)
            ? new(sha256, path)
            : null;
}
