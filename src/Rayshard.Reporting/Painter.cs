using System.Globalization;

namespace Rayshard.Reporting;

/// <summary>Paints the tiles of one pass, all by the same scale, so that they can be compared.</summary>
internal sealed class Painter
{
    private readonly PassKind _kind;
    private readonly ViewTransform _view;
    private readonly float _low;
    private readonly float _high;

    /// <summary>Takes the scale from all tiles of a pass.</summary>
    public Painter(PassKind kind, ViewTransform view, IReadOnlyList<Reduced> tiles, string unit)
    {
        (_kind, _view) = (kind, view);
        if (kind != PassKind.Colour)
        {
            var values = tiles.SelectMany(tile => tile.Pixels).Where(value => float.IsFinite(value) && value < PassKinds.Background).DefaultIfEmpty();
            (_low, _high) = kind == PassKind.Measure ? (values.Min(), values.Max()) : (0, Math.Max(1, values.Max(Math.Abs)));
        }

        Name = kind switch { PassKind.Measure => "viridis", PassKind.Vector => "signed", _ => view == ViewTransform.Raw ? "raw" : "standard" };
        unit = unit == "1" ? "" : " " + unit;
        Words = kind switch
        {
            PassKind.Measure => string.Create(CultureInfo.InvariantCulture, $"viridis from {_low:G4} to {_high:G4}{unit}, gray where nothing was hit"),
            PassKind.Vector => string.Create(CultureInfo.InvariantCulture, $"signed, black {-_high:G4} to white {_high:G4}{unit}"),
            _ => view == ViewTransform.Raw ? "view transform Raw (no curve)" : "view transform Standard (sRGB curve)",
        };
    }

    /// <summary>The view's name, for a file's name.</summary>
    public string Name { get; }

    /// <summary>The view in words, with its scale.</summary>
    public string Words { get; }

    /// <summary>The tile's bytes: red, green and blue, pixel by pixel, top row first.</summary>
    public byte[] Paint(Reduced tile)
    {
        var rgb = new byte[tile.Width * tile.Height * 3];
        for (var pixel = 0; pixel < tile.Width * tile.Height; pixel++)
        {
            var values = tile.Pixels.AsSpan(pixel * tile.Channels, tile.Channels);
            var into = rgb.AsSpan(pixel * 3, 3);
            switch (_kind)
            {
                case PassKind.Measure:
                    Shown.FalseColour(values[0], _low, _high, into);
                    break;
                case PassKind.Vector:
                    Shown.Vector(values, _high, into);
                    break;
                default:
                    Shown.Colour(values, _view, into);
                    break;
            }
        }

        return rgb;
    }
}
