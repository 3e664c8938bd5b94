using System.Text;

namespace VerifyTests;

/// <summary>Where two texts part, for people.</summary>
internal static class Difference
{
    private const int Context = 3;
    private const int Shown = 12;

    /// <summary>The lines between the common beginning and the common end, a few of each, with what stands before and after.</summary>
    public static string Show(string verified, string received)
    {
        var (left, right) = (Lines(verified), Lines(received));
        var before = 0;
        while (before < Math.Min(left.Length, right.Length) && left[before] == right[before])
        {
            before++;
        }

        var after = 0;
        while (after < Math.Min(left.Length, right.Length) - before && left[^(after + 1)] == right[^(after + 1)])
        {
            after++;
        }

        var text = new StringBuilder().Append(System.Globalization.CultureInfo.InvariantCulture, $"From line {before + 1} (- verified, + received):\n");
        Add(text, "  ", left[Math.Max(0, before - Context)..before]);
        Add(text, "- ", left[before..^after]);
        Add(text, "+ ", right[before..^after]);
        Add(text, "  ", left[^after..][..Math.Min(Context, after)]);
        return text.ToString();
    }

    private static string[] Lines(string text) => text.Length == 0 ? [] : text.TrimEnd('\n').Split('\n');

    private static void Add(StringBuilder text, string mark, string[] lines)
    {
        foreach (var line in lines.Take(Shown))
        {
            text.Append(mark).Append(line).Append('\n');
        }

        if (lines.Length > Shown)
        {
            text.Append(mark).Append(System.Globalization.CultureInfo.InvariantCulture, $"... {lines.Length - Shown} more\n");
        }
    }
}
