namespace Rayshard.Storage;

/// <summary>A shard that is finished: it has its final name and is never written again, at most replaced by a fuller one.</summary>
/// <param name="Path">The file.</param>
/// <param name="Bytes">Its size in bytes.</param>
/// <param name="Manifest">
/// SHA-256 of the manifest's lines before the last. They name and digest everything that is in the shard, so two whole shards are equal
/// byte for byte exactly when this agrees; it costs no reading of the shard.
/// </param>
/// <param name="First">Index of the first frame of its range.</param>
/// <param name="Expected">Frames in its range.</param>
/// <param name="Held">Frames that it holds; fewer than expected where some are quarantined.</param>
public sealed record SealedShard(string Path, long Bytes, Digest Manifest, long First, int Expected, int Held)
{
    /// <summary>Whether it holds every frame of its range.</summary>
    public bool IsComplete => Held == Expected;

    /// <summary>File name.</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>SHA-256 of the file, as <c>sha256sum</c> prints it. Reads the whole file: about 0.6 s per GiB.</summary>
    /// <exception cref="IOException">The file can't be read.</exception>
    public Digest ComputeDigest() => Digest.OfFile(Path);

    /// <summary>Opens it by its manifest.</summary>
    /// <exception cref="DamagedShardException">The manifest is damaged, or the file can't be read.</exception>
    public ShardReader Open() => ShardReader.Open(Path);
}
