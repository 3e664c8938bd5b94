using System.Globalization;

namespace Rayshard.Inspection;

/// <summary>
/// Whether successive frames have the same noise. Each pixel is held against the mean of its neighbours in the row; where the signs of two frames
/// agree far more often than the half that unlike noise gives, the pattern stayed. Of the first frames only.
/// </summary>
internal sealed class NoisePattern(int channels)
{
    private const int Frames = 8;
    private const int MinPixels = 256;
    private const double Same = 0.75;

    private readonly List<string> _notes = [];
    private float[] _before = [];
    private long _index;
    private int _seen;

    /// <summary>Takes the first piece of a frame.</summary>
    public void Add(long index, ReadOnlySpan<float> pixels)
    {
        if (_seen++ >= Frames)
        {
            _before = [];
            return;
        }

        if (_before.Length == pixels.Length && index == _index + 1)
        {
            Compare(pixels);
        }

        if (_before.Length != pixels.Length)
        {
            _before = new float[pixels.Length];
        }

        pixels.CopyTo(_before);
        _index = index;
    }

    /// <summary>The pairs of frames that look alike, a sentence for all.</summary>
    public IEnumerable<string> Notes() => _notes.Count == 0 ? []
        : [$"fine detail stays from frame to frame ({string.Join(", ", _notes)}): the same noise, or a still scene without noise"];

    private void Compare(ReadOnlySpan<float> pixels)
    {
        var (alike, unlike) = (0, 0);
        for (var i = channels; i < pixels.Length - channels; i += channels)
        {
            var sign = Math.Sign(Detail(pixels, i)) * Math.Sign(Detail(_before, i));
            (alike, unlike) = (alike + (sign > 0 ? 1 : 0), unlike + (sign < 0 ? 1 : 0));
        }

        if (alike + unlike >= MinPixels && (double)alike / (alike + unlike) is >= Same and var share)
        {
            _notes.Add(string.Create(CultureInfo.InvariantCulture, $"{_index} and {_index + 1}: {100 * share:0} %"));
        }
    }

    private float Detail(ReadOnlySpan<float> pixels, int i) =>
        pixels[i] - ((pixels[i - channels] + pixels[i + channels]) / 2) is var detail && float.IsFinite(detail) ? detail : 0;
}
