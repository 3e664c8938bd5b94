namespace Rayshard.Sharing.Targets;

/// <summary>A repository of an OCI registry.</summary>
internal sealed class OciTarget : ISharingTarget
{
    private readonly OciReference _reference;
    private readonly OciClient _client;
    private readonly OciUpload _upload;

    /// <param name="reference">Which bundle.</param>
    /// <param name="stateFolder">Folder for where interrupted uploads stand.</param>
    /// <param name="credentials">User and password for a host, as a Basic authorization has them.</param>
    public OciTarget(OciReference reference, string stateFolder, Func<string, string?> credentials)
    {
        _reference = reference;
        _client = new(reference, credentials);
        _upload = new(_client, reference, stateFolder);
    }

    public async Task<BundleHead?> ReadHeadAsync(CancellationToken cancellation)
    {
        // The tag is asked once; everything after goes by digest, so it can't be moved under us.
        if (await _client.ReadManifestAsync(_reference.Tag, cancellation).ConfigureAwait(false) is not { } artifact)
        {
            return null;
        }

        try
        {
            if (_reference.Digest is { } pinned && Digest.Of(artifact) != pinned)
            {
                throw new FormatException("its manifest is not the one of the digest that was asked for");
            }

            var (manifest, evidence) = OciArtifact.Parse(artifact);
            return BundleHead.Parse(
                await _client.ReadBlobAsync(manifest, BundleManifest.MaxBytes, cancellation).ConfigureAwait(false),
                evidence is { } digest ? await _client.ReadBlobAsync(digest, BundleManifest.MaxBytes, cancellation).ConfigureAwait(false) : null);
        }
        catch (FormatException e)
        {
            throw new RayshardException(ExitCode.NotSo, $"oci:{_reference.Host}/{_reference.Repository}:{_reference.Tag}: {e.Message}", e);
        }
    }

    public Task<Stream> OpenAsync(BundleFile file, long offset, long bytes, CancellationToken cancellation) => _client.OpenBlobAsync(file, offset, bytes, cancellation);

    public Task<bool> HasAsync(BundleFile file, CancellationToken cancellation) => _client.HasBlobAsync(file.Sha256, cancellation);

    public Task WriteAsync(BundleFile file, string path, IProgress<Arrived> sent, CancellationToken cancellation) => _upload.SendAsync(file, path, sent, cancellation);

    public async Task PublishAsync(BundleHead head, CancellationToken cancellation)
    {
        var artifact = OciArtifact.Of(head);
        foreach (var bytes in new[] { head.ManifestBytes, head.EvidenceBytes ?? [] }.Where(bytes => bytes.Length > 0))
        {
            await SendAsync(bytes, cancellation).ConfigureAwait(false);
        }

        await _client.WriteManifestAsync(_reference.Tag, artifact, OciClient.ManifestType, cancellation).ConfigureAwait(false);
        foreach (var (referrer, type) in OciArtifact.Referrers(head, artifact))
        {
            await ReferAsync(artifact, referrer, type, cancellation).ConfigureAwait(false);
        }
    }

    public void Dispose() => _client.Dispose();

    // A registry without an API of referrers has them under a tag, as the distribution specification says.
    private async Task ReferAsync(byte[] artifact, byte[] referrer, string type, CancellationToken cancellation)
    {
        await SendAsync(OciArtifact.Empty, cancellation).ConfigureAwait(false);
        if (await _client.WriteManifestAsync($"sha256:{Digest.Of(referrer)}", referrer, OciClient.ManifestType, cancellation).ConfigureAwait(false))
        {
            return;
        }

        var tag = $"sha256-{Digest.Of(artifact)}";
        var before = await _client.ReadManifestAsync(tag, cancellation).ConfigureAwait(false);
        try
        {
            await _client.WriteManifestAsync(tag, OciArtifact.Index(before, referrer, type, tag: null), OciArtifact.IndexType, cancellation).ConfigureAwait(false);
        }
        catch (FormatException e)
        {
            throw new RayshardException(ExitCode.Failed, $"oci:{_reference.Host}/{_reference.Repository}:{tag}: {e.Message}; the bundle is published, what refers to it is not listed", e);
        }
    }

    private async Task SendAsync(byte[] bytes, CancellationToken cancellation)
    {
        var digest = Digest.Of(bytes);
        if (await _client.HasBlobAsync(digest, cancellation).ConfigureAwait(false))
        {
            return;
        }

        var location = await _client.BeginUploadAsync(cancellation).ConfigureAwait(false);
        if (await _client.SendChunkAsync(location, 0, bytes, cancellation).ConfigureAwait(false) is not { } next
            || !await _client.EndUploadAsync(next.Location, digest, cancellation).ConfigureAwait(false))
        {
            throw new RayshardException(ExitCode.Failed, $"{_reference.Host}: did not keep the bundle's manifest; nothing was published, try again");
        }
    }
}
