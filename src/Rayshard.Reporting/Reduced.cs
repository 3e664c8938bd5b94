namespace Rayshard.Reporting;

/// <summary>A pass made smaller, still in floats.</summary>
/// <param name="Width">Pixels in a row.</param>
/// <param name="Height">Rows, top row first.</param>
/// <param name="Channels">Floats of a pixel.</param>
/// <param name="Pixels">The floats, pixel by pixel.</param>
internal sealed record Reduced(int Width, int Height, int Channels, float[] Pixels)
{
    /// <summary>The size that fits a square of so many pixels and is no larger than the original.</summary>
    public static (int Width, int Height) Fit(int width, int height, int side)
    {
        var longer = Math.Max(width, height);
        return side >= longer ? (width, height) : ((int)Math.Max(1, (long)width * side / longer), (int)Math.Max(1, (long)height * side / longer));
    }

    /// <summary>
    /// Colours are averaged over the pixels that a smaller one covers, in linear light. Everything else takes one pixel as it is: between two
    /// ids, or an object and the background, there is no mean.
    /// </summary>
    /// <param name="pixels">Floats of the whole pass, top row first, pixel by pixel.</param>
    /// <param name="size">Width, height and channels of the pass.</param>
    /// <param name="kind">What the numbers are.</param>
    /// <param name="side">Greatest width and height.</param>
    public static Reduced Of(ReadOnlySpan<float> pixels, (int Width, int Height, int Channels) size, PassKind kind, int side)
    {
        var (width, height) = Fit(size.Width, size.Height, side);
        var channels = PassKinds.Shown(kind, size.Channels);
        var reduced = new float[width * height * channels];
        var at = 0;
        for (var y = 0; y < height; y++)
        {
            var rows = kind == PassKind.Colour ? Stretch.Of(y, height, size.Height) : Stretch.Middle(y, height, size.Height);
            for (var x = 0; x < width; x++)
            {
                var columns = kind == PassKind.Colour ? Stretch.Of(x, width, size.Width) : Stretch.Middle(x, width, size.Width);
                for (var channel = 0; channel < channels; channel++)
                {
                    reduced[at++] = Mean(pixels, size, rows, columns, channel);
                }
            }
        }

        return new(width, height, channels, reduced);
    }

    private static float Mean(ReadOnlySpan<float> pixels, (int Width, int Height, int Channels) size, Stretch rows, Stretch columns, int channel)
    {
        if (rows.Last == rows.First && columns.Last == columns.First)
        {
            return pixels[(((rows.First * size.Width) + columns.First) * size.Channels) + channel];
        }

        var (sum, weight) = (0.0, 0.0);
        for (var row = rows.First; row <= rows.Last; row++)
        {
            for (var column = columns.First; column <= columns.Last; column++)
            {
                var share = rows.ShareOf(row) * columns.ShareOf(column);
                sum += share * pixels[(((row * size.Width) + column) * size.Channels) + channel];
                weight += share;
            }
        }

        return (float)(sum / weight);
    }

    // What a smaller pixel covers along one axis: from First to Last, the two at the ends in part.
    private readonly record struct Stretch(double From, double To)
    {
        public int First => (int)From;

        public int Last => (int)Math.Ceiling(To) - 1;

        public static Stretch Of(int at, int of, int whole) => new((double)at * whole / of, (double)(at + 1) * whole / of);

        public static Stretch Middle(int at, int of, int whole)
        {
            var middle = (int)(((2L * at) + 1) * whole / (2L * of));
            return new(middle, middle + 1);
        }

        public double ShareOf(int pixel) => Math.Min(To, pixel + 1) - Math.Max(From, pixel);
    }
}
