using System.Text.RegularExpressions;
using Rayshard.Storage;

namespace Rayshard.Sharing.Targets;

/// <summary>An OCI image layout: a registry in a folder, which skopeo and others read. <c>oci:/DIR:TAG</c> or <c>oci:./DIR:TAG</c>.</summary>
internal sealed partial class OciLayoutTarget : ISharingTarget
{
    private readonly DurableFiles _files = new();
    private readonly string _folder;
    private readonly string _tag;

    /// <exception cref="RayshardException">The reference is none.</exception>
    public OciLayoutTarget(string reference, string flag)
    {
        var match = Form().Match(reference);
        if (!match.Success)
        {
            throw new RayshardException(ExitCode.AskedWrongly, $"--{flag}={reference}: no OCI layout is called so: write oci:/DIR:TAG or oci:./DIR:TAG");
        }

        (_folder, _tag) = (Path.GetFullPath(match.Groups["folder"].Value), match.Groups["tag"].Value);
    }

    private string IndexPath => Path.Combine(_folder, "index.json");

    /// <summary>Whether a reference is one of a folder.</summary>
    public static bool Is(string reference) => (reference.StartsWith("oci:/", StringComparison.Ordinal) && !reference.StartsWith("oci://", StringComparison.Ordinal)) || reference.StartsWith("oci:.", StringComparison.Ordinal);

    public async Task<BundleHead?> ReadHeadAsync(CancellationToken cancellation)
    {
        try
        {
            if (!File.Exists(IndexPath) || OciArtifact.Find(ReadSmall(IndexPath), _tag) is not { } found)
            {
                return null;
            }

            var (manifest, evidence) = OciArtifact.Parse(ReadBlob(found));
            return await Task.FromResult(BundleHead.Parse(ReadBlob(manifest), evidence is { } digest ? ReadBlob(digest) : null)).ConfigureAwait(false);
        }
        catch (FormatException e)
        {
            throw new RayshardException(ExitCode.NotSo, $"oci:{_folder}:{_tag}: {e.Message}", e);
        }
    }

    public Task<Stream> OpenAsync(BundleFile file, long offset, long bytes, CancellationToken cancellation)
    {
        try
        {
            var stream = File.OpenRead(BlobPath(file.Sha256));
            stream.Position = offset;
            return Task.FromResult<Stream>(stream);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RayshardException(ExitCode.NotSo, $"oci:{_folder}: {file.Name}: can't be read: {e.Message}", e);
        }
    }

    public Task<bool> HasAsync(BundleFile file, CancellationToken cancellation) =>
        Task.FromResult(new FileInfo(BlobPath(file.Sha256)) is { Exists: true, LinkTarget: null } info && info.Length == file.Bytes && Digest.OfFile(info.FullName) == file.Sha256);

    public Task WriteAsync(BundleFile file, string path, IProgress<Arrived> sent, CancellationToken cancellation)
    {
        // Two files of a bundle may have the same bytes, and are written side by side.
        var (blob, beside) = (BlobPath(file.Sha256), $"{BlobPath(file.Sha256)}.{Digest.Of(file.Name)}");
        return WrittenAsync(blob, () => new Arrival(file, beside, () => _files.Rename(beside, blob)).TakeAsync(path, sent, cancellation));
    }

    public async Task PublishAsync(BundleHead head, CancellationToken cancellation)
    {
        var artifact = OciArtifact.Of(head);
        var referrers = OciArtifact.Referrers(head, artifact).ToList();
        foreach (var blob in new[] { head.ManifestBytes, head.EvidenceBytes, artifact, OciArtifact.Empty }.Concat(referrers.Select(referrer => referrer.Manifest)).OfType<byte[]>())
        {
            await ReplaceAsync(BlobPath(Digest.Of(blob)), blob).ConfigureAwait(false);
        }

        await ReplaceAsync(Path.Combine(_folder, "oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}"u8.ToArray()).ConfigureAwait(false);
        try
        {
            var index = File.Exists(IndexPath) ? ReadSmall(IndexPath) : null;
            index = referrers.Aggregate(index, (list, referrer) => OciArtifact.Index(list, referrer.Manifest, referrer.Type, tag: null));
            await ReplaceAsync(IndexPath, OciArtifact.Index(index, artifact, OciArtifact.ArtifactType, _tag)).ConfigureAwait(false);
        }
        catch (FormatException e)
        {
            throw new RayshardException(ExitCode.NotSo, $"{IndexPath}: {e.Message}; nothing was published", e);
        }
    }

    public void Dispose()
    {
    }

    private string BlobPath(Digest digest) => Path.Combine(_folder, "blobs", "sha256", digest.ToString());

    private byte[] ReadBlob(Digest digest) => ReadSmall(BlobPath(digest)) is var bytes && Digest.Of(bytes) == digest ? bytes : throw new FormatException($"blob {digest} is damaged");

    private static byte[] ReadSmall(string path)
    {
        try
        {
            return new FileInfo(path).Length <= BundleManifest.MaxBytes ? File.ReadAllBytes(path) : throw new FormatException($"{Path.GetFileName(path)} is larger than any manifest");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"{Path.GetFileName(path)} can't be read: {e.Message}", e);
        }
    }

    private Task ReplaceAsync(string path, byte[] content) => WrittenAsync(path, async () =>
    {
        var beside = path + ".whole";
        using (var stream = new FileStream(beside, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            await stream.WriteAsync(content).ConfigureAwait(false);
            stream.Flush(flushToDisk: true);
        }

        _files.Rename(beside, path);
    });

    private static async Task WrittenAsync(string path, Func<Task> write)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await write().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RayshardException(ShardWriteException.ExitCodeOf(e), $"{path}: can't be written: {e.Message}", e);
        }
    }

    [GeneratedRegex(@"^oci:(?<folder>[/.].*?)(?::(?<tag>[A-Za-z0-9_][A-Za-z0-9._-]{0,127}))\z")]
    private static partial Regex Form();
}
