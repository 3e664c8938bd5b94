using System.Globalization;

namespace Rayshard.Inspection;

/// <summary>What is worth knowing of a channel beside its verdict.</summary>
internal static class ChannelNotes
{
    public static IReadOnlyList<string> Of(ChannelKind kind, ChannelStatistics found)
    {
        var notes = new List<string>();
        void Say(bool isSo, string note)
        {
            if (isSo)
            {
                notes.Add(note);
            }
        }

        var isAlpha = kind.Label == "A";
        Say(isAlpha && found.IsConstant && found.Max == 1, "alpha is 1 everywhere: Blender's buffer always has the film's coverage, and this film is opaque; Channels = \"RGB\" leaves it out");
        Say(!isAlpha && found.IsConstant, string.Create(CultureInfo.InvariantCulture, $"constant: {(found.Sentinels > 0 ? 1e10f : found.Max):G9}"));
        Say(found.Nan > 0, $"{found.Nan} are NaN");
        Say(found.Infinite > 0, $"{found.Infinite} are infinite");
        Say(found.Denormal > 0, $"{found.Denormal} are denormal, below 2^-126");
        Say(found.Sentinels > 0, $"{Percent(found.Sentinels, found.Values)} are 1e10, the depth of nothing; the rest of the line leaves them out");
        Say(kind.IsLight && !found.IsConstant && found is { Min: >= 0, Max: <= 1 }, "nothing above 1: whether a view transform was baked in can't be seen without the scene; the experiment 'ramp' shows it");
        return notes;
    }

    private static string Percent(long part, long whole) => (100.0 * part / whole).ToString("0.0", CultureInfo.InvariantCulture) + " %";
}
