namespace Rayshard.Storage;

/// <summary>Where a frame stands in a shard and what it consists of: one frame's lines of the manifest.</summary>
/// <param name="Index">Its place in the experiment, from 0.</param>
/// <param name="Frame">The frame's key.</param>
/// <param name="Record">The record's address.</param>
/// <param name="Offset">Byte of the shard at which the header of the record's entry begins.</param>
/// <param name="RecordBytes">Bytes of the record.</param>
/// <param name="RecordXxh3">XXH3 (64 bits) of the record.</param>
/// <param name="Blobs">The blobs, in the order of the shard's passes.</param>
public readonly record struct FrameEntry(
    long Index, Digest Frame, Digest Record, long Offset, int RecordBytes, ulong RecordXxh3, ReadOnlyMemory<BlobEntry> Blobs);

/// <summary>A blob of a frame in a shard.</summary>
/// <param name="Address">SHA-256 of the blob.</param>
/// <param name="Xxh3">XXH3 (64 bits) of the blob, for checks at the speed of memory.</param>
public readonly record struct BlobEntry(Digest Address, ulong Xxh3);
