using System.Buffers.Binary;

namespace Rayshard.Reporting;

/// <summary>
/// What a channel's numbers come to in one frame. NaN, infinities and "nothing was hit" (1e9 and above in a measure, as in depth) are counted
/// and left out of the rest.
/// </summary>
/// <param name="Mean">Mean.</param>
/// <param name="Min">Least.</param>
/// <param name="Max">Greatest.</param>
/// <param name="Deviation">Standard deviation, of the pixels there are (NumPy's <c>std</c>).</param>
/// <param name="NotFinite">How many are NaN or infinite.</param>
/// <param name="Nothing">How many mean that nothing was hit.</param>
internal readonly record struct ChannelStatistics(float Mean, float Min, float Max, float Deviation, int NotFinite, int Nothing)
{
    /// <summary>Bytes that <see cref="Write"/> writes.</summary>
    public const int Bytes = 24;

    /// <summary>Goes through one channel of a pass.</summary>
    public static ChannelStatistics Of(ReadOnlySpan<float> pixels, int channels, int channel, PassKind kind)
    {
        var (sum, min, max) = (0.0, float.PositiveInfinity, float.NegativeInfinity);
        var (notFinite, nothing, count) = (0, 0, 0);
        for (var i = channel; i < pixels.Length; i += channels)
        {
            var value = pixels[i];
            if (IsNumber(value, kind))
            {
                sum += value;
                (min, max) = (Math.Min(min, value), Math.Max(max, value));
                count++;
            }
            else if (float.IsFinite(value))
            {
                nothing++;
            }
            else
            {
                notFinite++;
            }
        }

        if (count == 0)
        {
            return new(float.NaN, float.NaN, float.NaN, float.NaN, notFinite, nothing);
        }

        // A second time through: the sum of squares less the square of the sum would lose the digits that matter.
        var (mean, squares) = (sum / count, 0.0);
        for (var i = channel; i < pixels.Length; i += channels)
        {
            var off = IsNumber(pixels[i], kind) ? pixels[i] - mean : 0;
            squares += off * off;
        }

        return new((float)mean, min, max, (float)Math.Sqrt(squares / count), notFinite, nothing);
    }

    /// <summary>Writes the six numbers as little-endian float32.</summary>
    public void Write(Span<byte> into)
    {
        ReadOnlySpan<float> numbers = [Mean, Min, Max, Deviation, NotFinite, Nothing];
        for (var i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(into[(i * 4)..], numbers[i]);
        }
    }

    private static bool IsNumber(float value, PassKind kind) => float.IsFinite(value) && (kind != PassKind.Measure || value < PassKinds.Background);
}
