using System.Net;
using Amazon.S3.Model;

namespace Rayshard.Sharing.Targets;

/// <summary>
/// A bundle in a bucket, laid out as in a folder, so that it can also be served as it lies. Objects are replaced by name: before the first one that the
/// present manifest names is replaced, that manifest goes, and who pulls then finds no bundle until the new manifest is there.
/// </summary>
internal sealed class S3Target : ISharingTarget
{
    private readonly S3Reference _reference;
    private readonly S3Client _client;
    private readonly S3Upload _upload;
    private readonly Lazy<Task<BundleHead?>> _present;
    private readonly Lazy<Task> _withdrawn;

    /// <param name="reference">Which bundle.</param>
    /// <param name="stateFolder">Folder for where interrupted uploads stand.</param>
    /// <param name="endpoint">The server; absent: what the environment or the profile says.</param>
    /// <exception cref="RayshardException">The AWS configuration is wrong.</exception>
    public S3Target(S3Reference reference, string stateFolder, string? endpoint = null)
    {
        _reference = reference;
        _client = new(reference, endpoint);
        _upload = new(_client, reference, stateFolder);
        _present = new(() => ReadHeadAsync(CancellationToken.None));
        _withdrawn = new(() => _client.CallAsync((s3, token) => s3.DeleteObjectAsync(reference.Bucket, reference.KeyOf(BundleNames.Manifest), token), CancellationToken.None));
    }

    public Task<BundleHead?> ReadHeadAsync(CancellationToken cancellation) => BundleHead.ReadAsync(_reference.ToString(), name => ReadSmallAsync(name, cancellation));

    public async Task<Stream> OpenAsync(BundleFile file, long offset, long bytes, CancellationToken cancellation)
    {
        // An empty object has no range.
        var request = new GetObjectRequest { BucketName = _reference.Bucket, Key = _reference.KeyOf(file.Name), ByteRange = bytes < file.Bytes ? new(offset, offset + bytes - 1) : null };
        return (await _client.CallAsync((s3, token) => s3.GetObjectAsync(request, token), cancellation).ConfigureAwait(false)).ResponseStream;
    }

    public async Task<bool> HasAsync(BundleFile file, CancellationToken cancellation)
    {
        try
        {
            var found = await _client.CallAsync((s3, token) => s3.GetObjectMetadataAsync(_reference.Bucket, _reference.KeyOf(file.Name), token), cancellation).ConfigureAwait(false);
            return found.ContentLength == file.Bytes && found.Metadata[S3Upload.DigestKey] == file.Sha256.ToString();
        }
        catch (S3RefusalException e) when (e.Status == HttpStatusCode.NotFound)
        {
            return false;
        }
    }

    public async Task WriteAsync(BundleFile file, string path, IProgress<Arrived> sent, CancellationToken cancellation)
    {
        if (await _present.Value.ConfigureAwait(false) is { } present && present.Files.Any(old => old.Name == file.Name))
        {
            await _withdrawn.Value.ConfigureAwait(false);
        }

        await _upload.SendAsync(file, path, sent, cancellation).ConfigureAwait(false);
    }

    public async Task PublishAsync(BundleHead head, CancellationToken cancellation)
    {
        if (await _present.Value.ConfigureAwait(false) is { } present && present.Digest != head.Digest)
        {
            await _withdrawn.Value.ConfigureAwait(false);
        }

        await PutAsync(BundleNames.Sums, head.Sums(), cancellation).ConfigureAwait(false);
        if (head.EvidenceBytes is { } evidence)
        {
            await PutAsync(BundleNames.Evidence, evidence, cancellation).ConfigureAwait(false);
        }

        try
        {
            await PutAsync(BundleNames.Manifest, head.ManifestBytes, cancellation, isNew: true).ConfigureAwait(false);
        }
        catch (S3RefusalException e) when (e.Status is HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict)
        {
            // The same one, which was there, or whose answer got lost.
            var there = await ReadSmallAsync(BundleNames.Manifest, cancellation).ConfigureAwait(false);
            if (there is null || !there.AsSpan().SequenceEqual(head.ManifestBytes))
            {
                throw new RayshardException(ExitCode.Failed, $"{_reference}: somebody else published another bundle there meanwhile; push again, or to another prefix", e);
            }
        }
    }

    public void Dispose() => _client.Dispose();

    private Task PutAsync(string name, byte[] content, CancellationToken cancellation, bool isNew = false) =>
        _upload.PutAsync(new(name, content.Length, Digest.Of(content), BundleFile.TypeOf(name)), content, cancellation, isNew);

    private async Task<byte[]?> ReadSmallAsync(string name, CancellationToken cancellation)
    {
        try
        {
            return await _client.CallAsync(
                async (s3, token) =>
                {
                    using var answer = await s3.GetObjectAsync(_reference.Bucket, _reference.KeyOf(name), token).ConfigureAwait(false);
                    return answer.ContentLength <= BundleManifest.MaxBytes
                        ? await ReadAllAsync(answer.ResponseStream, (int)answer.ContentLength, token).ConfigureAwait(false)
                        : throw new RayshardException(ExitCode.NotSo, $"{_reference}: {name}: is larger than any manifest");
                },
                cancellation).ConfigureAwait(false);
        }
        catch (S3RefusalException e) when (e.Status == HttpStatusCode.NotFound)
        {
            // No such object; that there is no such bucket, a push hears when it writes.
            return null;
        }
    }

    private static async Task<byte[]> ReadAllAsync(Stream body, int length, CancellationToken cancellation)
    {
        var content = new byte[length];
        await body.ReadExactlyAsync(content, cancellation).ConfigureAwait(false);
        return content;
    }
}
