using System.Diagnostics;
using System.Globalization;

namespace Rayshard.Reporting.Tests;

public sealed class ChannelStatisticsTests
{
    [Fact]
    public void They_are_NumPys()
    {
        var pixels = Enumerable.Range(0, 3 * 1000).Select(i => 1000 + MathF.Sin(i)).ToArray();
        var here = ChannelStatistics.Of(pixels, 3, 1, PassKind.Colour);

        var numpy = NumPy("import numpy as n; a = (1000 + n.sin(n.arange(3000, dtype='f4'))).astype('f4')[1::3].astype('f8'); print(a.mean(), a.min(), a.max(), a.std())");
        Assert.Equal(numpy[0], here.Mean, 1e-4);
        Assert.Equal(numpy[1], here.Min, 1e-4);
        Assert.Equal(numpy[2], here.Max, 1e-4);
        Assert.Equal(numpy[3], here.Deviation, 1e-4);
    }

    [Fact]
    public void What_is_no_number_is_counted_and_left_out()
    {
        float[] pixels = [1, float.NaN, 3, float.PositiveInfinity, 1e10f];

        Assert.Equal(new(2, 1, 3, 1, NotFinite: 2, Nothing: 1), ChannelStatistics.Of(pixels, 1, 0, PassKind.Measure));
        Assert.Equal(0, ChannelStatistics.Of(pixels, 1, 0, PassKind.Colour).Nothing);
        Assert.Equal(new(float.NaN, float.NaN, float.NaN, float.NaN, NotFinite: 0, Nothing: 1), ChannelStatistics.Of(pixels.AsSpan(4), 1, 0, PassKind.Measure));
    }

    private static double[] NumPy(string program)
    {
        using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-c", program]) { RedirectStandardOutput = true })!;
        var text = python.StandardOutput.ReadToEnd();
        python.WaitForExit();
        return [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => double.Parse(word, CultureInfo.InvariantCulture))];
    }
}
