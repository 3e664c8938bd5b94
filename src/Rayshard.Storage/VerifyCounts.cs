namespace Rayshard.Storage;

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
