namespace Rayshard.Storage;

/// <summary>A pass as every frame of a shard has it.</summary>
/// <param name="Name">Name in the shard.</param>
/// <param name="Channels">Labels of the channels, in order.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Pixels in a row.</param>
public sealed record ShardPass(string Name, IReadOnlyList<string> Channels, int Height, int Width)
{
    /// <summary>Bytes of each blob of the pass.</summary>
    public long BlobBytes => Npy.LengthOf(Height, Width, Channels.Count);

    internal bool Fits(RecordedPass recorded) =>
        recorded.Name == Name && recorded.Height == Height && recorded.Width == Width && recorded.Channels.SequenceEqual(Channels);
}
