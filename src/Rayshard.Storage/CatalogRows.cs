namespace Rayshard.Storage;

/// <summary>By what the catalog knows that a shard is still the one it read.</summary>
internal readonly record struct ShardMark(long Bytes, Digest Manifest);

/// <summary>A frame as the catalog knows it: index, record's address, byte of the shard at which it begins.</summary>
internal readonly record struct FrameRow(long Index, Digest Record, long Offset);
