namespace Rayshard.Storage;

/// <summary>A frame that was to be appended is not one that the shard can take.</summary>
public sealed class FrameRefusedException(string shard, long index, string reason)
    : RayshardException(ExitCode.Failed, $"{shard}: frame {index} refused: {reason}")
{
    /// <summary>Index of the frame.</summary>
    public long Index { get; } = index;
}
