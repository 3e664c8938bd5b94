namespace Rayshard.Storage;

/// <summary>What is wrong with stored bytes. One value per thing that can be wrong; <see cref="Fault.Reason"/> says the rest.</summary>
public enum FaultKind
{
    /// <summary>The file can't be read: gone, no permission, an error of the disk.</summary>
    Unreadable,

    /// <summary>The file ends before it should.</summary>
    Truncated,

    /// <summary>A tar header is not the one that its entry's name and size give.</summary>
    BadHeader,

    /// <summary>Bytes between an entry's content and the next block are not zero.</summary>
    BadPadding,

    /// <summary>An entry is not the one that has to stand here: other name, pass or size.</summary>
    WrongEntry,

    /// <summary>A content's SHA-256 (quick: XXH3) is not the one that it is named by.</summary>
    DigestMismatch,

    /// <summary>A record is not canonical JSON of its form, or not the record of its frame.</summary>
    BadRecord,

    /// <summary>A blob's npy header is not the one of its shape.</summary>
    BadArrayHeader,

    /// <summary>The frame is none of this shard's, or not in its place.</summary>
    WrongFrame,

    /// <summary>The manifest is damaged, or does not describe what the shard holds.</summary>
    BadManifest,

    /// <summary>The two zero blocks at the end are missing or not zero.</summary>
    BadTrailer,

    /// <summary>Bytes follow the end of the shard.</summary>
    TrailingData,

    /// <summary>An <c>experiment.json</c> is missing, not canonical, or not that of its folder.</summary>
    BadExperiment,

    /// <summary>A file that looks like a shard but is none of its folder's.</summary>
    StrayFile,

    /// <summary>The catalog differs from the shards. It is derived: opening the store for writing repairs it.</summary>
    BadCatalog,

    /// <summary>An index table differs from what the shards give. It is derived: indexing writes it anew.</summary>
    BadIndex,
}
