namespace Rayshard.Storage;

/// <summary>How a store is verified.</summary>
public sealed record VerifyOptions
{
    /// <summary>
    /// Compares contents by the manifest's XXH3 in place of SHA-256: several times faster, finds every accident, but trusts the manifest
    /// and leaves the records' meaning, the catalog's rows and the index tables unread.
    /// </summary>
    public bool Quick { get; init; }

    /// <summary>Name of the one experiment to verify; absent: all.</summary>
    public string? Experiment { get; init; }
}

/// <summary>What a verification has read so far.</summary>
public sealed record VerifyCounts
{
    /// <summary>Sealed shards.</summary>
    public int Shards { get; internal set; }

    /// <summary>Frames in them.</summary>
    public long Frames { get; internal set; }

    /// <summary>Frames of their ranges that the shards lack: quarantined, no fault of the store.</summary>
    public long Missing { get; internal set; }

    /// <summary>Bytes of the shards.</summary>
    public long Bytes { get; internal set; }

    /// <summary>Faults found.</summary>
    public long Faults { get; internal set; }
}
