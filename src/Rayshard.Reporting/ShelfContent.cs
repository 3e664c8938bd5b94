using Rayshard.Storage;

namespace Rayshard.Reporting;

/// <summary>What a shelf holds at a moment.</summary>
/// <param name="Sealed">The sealed shards whose end can be read, by number.</param>
/// <param name="Damaged">The shards that can't be read.</param>
/// <param name="Torn">What is wrong behind the last whole frame of a shard that grows, a line each.</param>
/// <param name="Held">Frames in the shards that can be read, sealed or not.</param>
public sealed record ShelfContent(IReadOnlyList<SealedShard> Sealed, IReadOnlyList<DamagedShard> Damaged, IReadOnlyList<string> Torn, long Held);

/// <summary>A shard that can't be read.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Name">File name.</param>
/// <param name="Why">A line for people.</param>
public sealed record DamagedShard(int Number, string Name, string Why);
