namespace Rayshard.Storage;

/// <summary>A sealed shard as a verification found it.</summary>
/// <param name="Folder">Name of the experiment's folder in the store.</param>
/// <param name="Name">File name.</param>
/// <param name="Bytes">Its size; 0 where it could not be opened.</param>
/// <param name="Manifest">SHA-256 of the manifest, <see cref="SealedShard.Manifest"/>; absent where the shard's end is damaged.</param>
/// <param name="Frames">Frames found in it.</param>
/// <param name="Faults">Faults found in it.</param>
public sealed record VerifiedShard(string Folder, string Name, long Bytes, Digest? Manifest, int Frames, int Faults);
