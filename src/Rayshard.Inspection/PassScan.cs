namespace Rayshard.Inspection;

/// <summary>One pass while it is read: everything is counted, a sample is kept. Constant memory.</summary>
/// <param name="channels">Labels of the channels.</param>
/// <param name="pixels">Pixels that will come.</param>
internal sealed class PassScan(IReadOnlyList<string> channels, long pixels)
{
    /// <summary>What was counted.</summary>
    public Screen Screen { get; } = new(channels.Count);

    /// <summary>What was kept.</summary>
    public PixelSample Sample { get; } = new(pixels, channels.Count);

    /// <summary>Takes the next pixels, whole ones.</summary>
    public void Add(ReadOnlySpan<float> floats)
    {
        Screen.Add(floats);
        Sample.Add(floats);
    }
}
