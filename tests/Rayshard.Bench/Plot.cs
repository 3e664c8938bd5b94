using System.Globalization;
using System.Net;
using System.Text;

namespace Rayshard.Bench;

/// <summary>The ratios as bars on a log axis, each with a line where its goal stands.</summary>
internal static class Plot
{
    private const int Row = 18, Left = 330, Width = 520;

    // Of the axis: 0.1 to 100.
    private const double Decades = 3;

    public static string Of(IReadOnlyList<BenchRow> rows)
    {
        var shown = rows.Where(row => row.Ratio is > 0).ToList();
        var height = (shown.Count + 2) * Row;
        var svg = new StringBuilder().Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Left + Width + 60}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"11\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
        foreach (var mark in new[] { 0.1, 1, 10, 100 })
        {
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{X(mark):0}\" x2=\"{X(mark):0}\" y1=\"0\" y2=\"{height - Row}\" stroke=\"#ccc\"/><text x=\"{X(mark):0}\" y=\"{height - 4}\" text-anchor=\"middle\">{mark}</text>\n");
        }

        for (var i = 0; i < shown.Count; i++)
        {
            var (row, y) = (shown[i], (i + 1) * Row);
            var (from, to) = (Math.Min(X(1), X(row.Ratio!.Value)), Math.Max(X(1), X(row.Ratio.Value)));
            var color = row.Holds switch { true => "#3a7", false => "#c44", null => "#68a" };
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 8}\" y=\"{y}\" text-anchor=\"end\">{WebUtility.HtmlEncode(row.Name)}</text><rect x=\"{from:0}\" y=\"{y - 10}\" width=\"{Math.Max(1, to - from):0}\" height=\"12\" fill=\"{color}\"/><text x=\"{to + 4:0}\" y=\"{y}\">{row.Ratio:0.00}</text>\n");
            if (row.Goal is { } goal)
            {
                var x = X(double.Parse(goal.Split(' ')[^1], CultureInfo.InvariantCulture));
                svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{x:0}\" x2=\"{x:0}\" y1=\"{y - 12}\" y2=\"{y + 4}\" stroke=\"black\"/>\n");
            }
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static double X(double ratio) => Left + (Width * (Math.Log10(Math.Clamp(ratio, 0.1, 100)) + 1) / Decades);
}
