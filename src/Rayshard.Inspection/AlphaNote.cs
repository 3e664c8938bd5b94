using System.Globalization;

namespace Rayshard.Inspection;

/// <summary>Whether colour is multiplied by alpha: told from pixels that are partly or wholly transparent.</summary>
internal static class AlphaNote
{
    public static IEnumerable<string> Of(IReadOnlyList<string> channels, PixelSample sample)
    {
        if (!channels.SequenceEqual(["R", "G", "B", "A"]))
        {
            yield break;
        }

        var alpha = sample.Values(3);
        var (clear, colored) = (0, 0);
        for (var i = 0; i < alpha.Count; i++)
        {
            if (alpha[i] == 0)
            {
                clear++;
                colored += sample.Values(0)[i] != 0 || sample.Values(1)[i] != 0 || sample.Values(2)[i] != 0 ? 1 : 0;
            }
        }

        if (clear > 0)
        {
            var share = (100.0 * clear / alpha.Count).ToString("0.0", CultureInfo.InvariantCulture);
            yield return colored == 0
                ? $"alpha is 0 in {share} % of the pixels, and colour is 0 there: premultiplied, as Blender renders"
                : $"alpha is 0 in {share} % of the pixels, but {colored} of {clear} have colour there: not premultiplied";
        }
    }
}
