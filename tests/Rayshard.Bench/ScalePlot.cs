using System.Globalization;
using System.Text;
using Newtonsoft.Json.Linq;

namespace Rayshard.Bench;

/// <summary>Measures against the number of frames, both axes logarithmic: a straight line up by one decade each is linear, a level one is flat.</summary>
internal static class ScalePlot
{
    private const int Left = 70, Top = 20, Decade = 130, Height = 60, Right = 170;
    private const int MinX = 4, MaxX = 8, MinY = -4, MaxY = 4;

    private static readonly string[] s_colors = ["#1b6ca8", "#c44", "#3a7", "#b80", "#75b", "#0aa", "#a37", "#555", "#8a2", "#d60", "#06c", "#909"];

    public static string Of(JArray rows)
    {
        var (width, height) = (Left + ((MaxX - MinX) * Decade) + Right, Top + ((MaxY - MinY) * Height) + 40);
        var svg = new StringBuilder().Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"11\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
        for (var x = MinX; x <= MaxX; x++)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{X(x):0}\" x2=\"{X(x):0}\" y1=\"{Y(MaxY):0}\" y2=\"{Y(MinY):0}\" stroke=\"#ddd\"/><text x=\"{X(x):0}\" y=\"{Y(MinY) + 16:0}\" text-anchor=\"middle\">10^{x} frames</text>\n");
        }

        for (var y = MinY; y <= MaxY; y++)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{X(MinX):0}\" x2=\"{X(MaxX):0}\" y1=\"{Y(y):0}\" y2=\"{Y(y):0}\" stroke=\"#ddd\"/><text x=\"{Left - 8}\" y=\"{Y(y) + 4:0}\" text-anchor=\"end\">10^{y}</text>\n");
        }

        var names = rows.SelectMany(row => ((JObject)row).Properties()).Select(p => p.Name).Where(name => name != "frames").Distinct().ToList();
        foreach (var (name, i) in names.Select((name, i) => (name, i)))
        {
            var points = rows.Where(row => row[name] is not null && (double)row[name]! > 0).Select(row => (X: X(Math.Log10((double)row["frames"]!)), Y: Y(Math.Log10((double)row[name]!)))).ToList();
            var color = s_colors[i % s_colors.Length];
            svg.Append(CultureInfo.InvariantCulture, $"<polyline fill=\"none\" stroke=\"{color}\" stroke-width=\"1.5\" points=\"{string.Join(' ', points.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.X:0.0},{p.Y:0.0}")))}\"/>\n");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(MaxX) + 12:0}\" y=\"{Top + 12 + (16 * i)}\" fill=\"{color}\">{name}</text>\n");
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static double X(double decades) => Left + ((decades - MinX) * Decade);

    private static double Y(double decades) => Top + ((MaxY - Math.Clamp(decades, MinY, MaxY)) * Height);
}
