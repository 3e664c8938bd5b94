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
