using System.Net;
using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;

namespace Rayshard.Sharing.Targets;

/// <summary>
/// Uploads a file: a small one at once, a larger one in parts, of which the server keeps those that came whole, so that another run sends the others. The
/// digest stands in the object's metadata, which the server gives it together with its last byte.
/// </summary>
internal sealed class S3Upload(S3Client client, S3Reference reference, string stateFolder)
{
    /// <summary>The object's metadata that holds its digest.</summary>
    public const string DigestKey = "sha256";

    /// <summary>What is sent at a time: S3 takes no less. All streams together lose less than 16 MiB when they are cut.</summary>
    public const int PartBytes = 5 << 20;

    private const int MostParts = 10_000;

    private readonly UploadNotes _notes = new(stateFolder, reference.ToString());

    public async Task SendAsync(BundleFile file, string path, IProgress<Arrived> sent, CancellationToken cancellation)
    {
        using var source = new Departure(file, path, Math.Max(PartBytes, (file.Bytes + MostParts - 1) / MostParts));
        if (file.Bytes > PartBytes)
        {
            await SendPartsAsync(file, source, sent, cancellation).ConfigureAwait(false);
            return;
        }

        var content = await source.NextAsync(cancellation).ConfigureAwait(false);
        if (content.Count > 0)
        {
            await source.NextAsync(cancellation).ConfigureAwait(false);
        }

        await PutAsync(file, content, cancellation).ConfigureAwait(false);
        sent.Report(new(content.Count, HasTravelled: true));
    }

    /// <summary>Sends a small object at once.</summary>
    /// <param name="file">What it is.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="isNew">Whether it must not be there.</param>
    public Task PutAsync(BundleFile file, ArraySegment<byte> content, CancellationToken cancellation, bool isNew = false) => client.CallAsync(
        (s3, token) => s3.PutObjectAsync(
            new()
            {
                BucketName = reference.Bucket,
                Key = reference.KeyOf(file.Name),
                InputStream = Stream(content),
                ContentType = file.Type,
                UseChunkEncoding = false,
                IfNoneMatch = isNew ? "*" : null,
                Metadata = { [DigestKey] = file.Sha256.ToString() },
            },
            token),
        cancellation);

    private async Task SendPartsAsync(BundleFile file, Departure source, IProgress<Arrived> sent, CancellationToken cancellation)
    {
        var (upload, kept) = await FindAsync(file, cancellation).ConfigureAwait(false) ?? (await BeginAsync(file, cancellation).ConfigureAwait(false), []);
        var parts = new List<PartETag>();
        for (ArraySegment<byte> chunk; (chunk = await source.NextAsync(cancellation).ConfigureAwait(false)).Count > 0;)
        {
            var number = parts.Count + 1;
            if (kept.GetValueOrDefault(number) is { } part && part.Size == chunk.Count && IsMd5(part.ETag, chunk))
            {
                parts.Add(new(number, part.ETag));
                sent.Report(new(chunk.Count, HasTravelled: false));
                continue;
            }

            var answer = await client.CallAsync(
                (s3, token) => s3.UploadPartAsync(
                    new() { BucketName = reference.Bucket, Key = reference.KeyOf(file.Name), UploadId = upload, PartNumber = number, PartSize = chunk.Count, InputStream = Stream(chunk), UseChunkEncoding = false },
                    token),
                cancellation).ConfigureAwait(false);
            parts.Add(new(number, answer.ETag));
            sent.Report(new(chunk.Count, HasTravelled: true));
        }

        await client.CallAsync(
            (s3, token) => s3.CompleteMultipartUploadAsync(new() { BucketName = reference.Bucket, Key = reference.KeyOf(file.Name), UploadId = upload, PartETags = parts }, token), cancellation).ConfigureAwait(false);
        _notes.Forget(file);
    }

    private async Task<string> BeginAsync(BundleFile file, CancellationToken cancellation)
    {
        var begun = await client.CallAsync(
            (s3, token) => s3.InitiateMultipartUploadAsync(
                new() { BucketName = reference.Bucket, Key = reference.KeyOf(file.Name), ContentType = file.Type, Metadata = { [DigestKey] = file.Sha256.ToString() } }, token),
            cancellation).ConfigureAwait(false);
        _notes.Write(file, begun.UploadId);
        return begun.UploadId;
    }

    // The upload that was noted, and its parts; nothing where the server no longer knows it.
    private async Task<(string Upload, Dictionary<int, PartDetail> Parts)?> FindAsync(BundleFile file, CancellationToken cancellation)
    {
        if (_notes.Read(file) is not { Length: > 0 } upload)
        {
            return null;
        }

        try
        {
            var parts = new Dictionary<int, PartDetail>();
            for (ListPartsResponse? page = null; page is null || page.IsTruncated == true;)
            {
                var marker = page?.NextPartNumberMarker?.ToString(System.Globalization.CultureInfo.InvariantCulture);
                page = await client.CallAsync(
                    (s3, token) => s3.ListPartsAsync(new() { BucketName = reference.Bucket, Key = reference.KeyOf(file.Name), UploadId = upload, PartNumberMarker = marker }, token), cancellation).ConfigureAwait(false);
                foreach (var part in page.Parts ?? [])
                {
                    parts[part.PartNumber!.Value] = part;
                }
            }

            return (upload, parts);
        }
        catch (S3RefusalException e) when (e.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    // Where a server gives parts other tags than their MD5 (some encrypt first), the part is sent again.
#pragma warning disable CA5351 // It is the protocol's, and finds what was cut or mixed up; what a stranger forges, the SHA-256 at the pull finds.
    private static bool IsMd5(string tag, ReadOnlySpan<byte> bytes) => tag.Trim('"').Equals(Convert.ToHexString(MD5.HashData(bytes)), StringComparison.OrdinalIgnoreCase);
#pragma warning restore CA5351

    private static MemoryStream Stream(ArraySegment<byte> bytes) => new(bytes.Array ?? [], bytes.Offset, bytes.Count, writable: false);
}
