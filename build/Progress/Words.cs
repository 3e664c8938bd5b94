using System.Globalization;

namespace Rayshard.Build.Progress;

/// <summary>Quantities as people read them; the same in every culture.</summary>
public static class Words
{
    private static readonly string[] s_units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

    /// <summary>Bytes: <c>67.1 MiB</c>.</summary>
    public static string Bytes(long bytes)
    {
        var unit = 0;
        double value = bytes;
        for (; value >= 1024 && unit < s_units.Length - 1; unit++)
        {
            value /= 1024;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{(unit == 0 ? value : Math.Round(value, value < 100 ? 1 : 0))} {s_units[unit]}");
    }

    /// <summary>A time that is left: <c>0:42</c>, <c>1:02:03</c>, <c>3 d 04:00</c>.</summary>
    public static string Time(TimeSpan? time) => time switch
    {
        null => "-:--",
        { TotalDays: >= 1 } t => string.Create(CultureInfo.InvariantCulture, $"{(int)t.TotalDays} d {t:hh\\:mm}"),
        { TotalHours: >= 1 } t => t.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture),
        { } t => t.ToString(@"m\:ss", CultureInfo.InvariantCulture),
    };

    /// <summary>A rate: <c>3.15</c>.</summary>
    public static string Rate(double perSecond) => perSecond.ToString(perSecond < 10 ? "0.00" : "0.0", CultureInfo.InvariantCulture);

    /// <summary>A count: <c>1,000,000</c>.</summary>
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A count with its noun: <c>1 frame</c>, <c>2 frames</c>.</summary>
    public static string Count(long count, string noun) => $"{Count(count)} {noun}{(count == 1 ? "" : "s")}";
}
