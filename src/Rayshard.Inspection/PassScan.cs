namespace Rayshard.Inspection;

/// <summary>One pass while it is read: everything is counted, a sample is kept. Constant memory.</summary>
/// <param name="channels">Labels of the channels.</param>
/// <param name="pixels">Pixels that will come.</param>
internal sealed class PassScan(IReadOnlyList<string> channels, long pixels)
{
    private const int MaxNeighbours = 1 << 16;

    private float[] _first = [];

    /// <summary>What was counted.</summary>
    public Screen Screen { get; } = new(channels.Count);

    /// <summary>What was kept.</summary>
    public PixelSample Sample { get; } = new(pixels, channels.Count);

    /// <summary>A channel of the first pixels, neighbours as they lie.</summary>
    public IReadOnlyList<float> Neighbours(int channel) => [.. Enumerable.Range(0, _first.Length / channels.Count).Select(pixel => _first[(pixel * channels.Count) + channel])];

    /// <summary>Takes the next pixels, whole ones.</summary>
    public void Add(ReadOnlySpan<float> floats)
    {
        if (_first.Length == 0)
        {
            _first = floats[..Math.Min(floats.Length, MaxNeighbours / channels.Count * channels.Count)].ToArray();
        }

        Screen.Add(floats);
        Sample.Add(floats);
    }
}
