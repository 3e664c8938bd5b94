using System.Globalization;
using ImageMagick;
using Rayshard.Storage;

namespace Rayshard.Reporting;

/// <summary>A picture that was written.</summary>
/// <param name="Path">The file.</param>
/// <param name="Frames">Frames in it.</param>
/// <param name="View">How numbers became colours, in words; also in the picture's own description.</param>
public sealed record Picture(string Path, int Frames, string View);

/// <summary>Contact sheets and animations of a store's frames, 8 bits a channel: for looking only.</summary>
/// <param name="shelf">The frames.</param>
/// <param name="view">How light is shown.</param>
public sealed class Preview(FrameShelf shelf, ViewTransform view)
{
    // A tile of a sheet is no larger than this; 24 of them side by side still fit a page.
    private const int TileSide = 256;

    // Hundredths of a second that a frame of an animation stands.
    private const int FrameTime = 10;

    /// <summary>For each pass, writes <c>NAME.PASS.VIEW.png</c> with the frames side by side and <c>NAME.PASS.VIEW.webp</c> with one after the other, lossless.</summary>
    /// <param name="sample">Which frames; those that the store lacks are left out.</param>
    /// <param name="folder">The folder; made where there is none.</param>
    /// <param name="cancellation">Ends it between frames.</param>
    /// <param name="only">The one pass to write; absent: all.</param>
    /// <exception cref="RayshardException">The store has none of the frames, or the folder can't be written.</exception>
    public IReadOnlyList<Picture> Write(FrameSample sample, string folder, CancellationToken cancellation, string? only = null)
    {
        var passes = new SortedDictionary<string, List<Reduced>>(StringComparer.Ordinal);
        var (kinds, units) = (new Dictionary<string, PassKind>(), new Dictionary<string, string>());
        foreach (var index in sample.Of(shelf.Plan.Settings, shelf.Plan.Count))
        {
            cancellation.ThrowIfCancellationRequested();
            using var frame = shelf.TryRead(index);
            foreach (var (pass, i) in (frame?.Record.Passes ?? []).Select((pass, i) => (pass, i)).Where(one => only is null || one.pass.Name == only))
            {
                kinds[pass.Name] = PassKinds.Of(pass.Channels);
                units[pass.Name] = pass.Unit;
                var blob = new byte[frame!.BlobBytes(i)];
                frame.ReadBlob(i, blob);
                var tiles = passes.TryGetValue(pass.Name, out var begun) ? begun : passes[pass.Name] = [];
                tiles.Add(Reduced.Of(Npy.Pixels(blob), (pass.Width, pass.Height, pass.Channels.Count), kinds[pass.Name], TileSide));
            }
        }

        return passes.Count == 0
            ? throw new RayshardException(ExitCode.NotFound, $"the store has none of the chosen frames of '{shelf.Experiment.Name}' ({shelf.Folder}): render it first, or name its store by --store")
            : [.. passes.SelectMany(pass => Write(pass.Key, pass.Value, new Painter(kinds[pass.Key], view, pass.Value, units[pass.Key]), folder))];
    }

    private Picture[] Write(string pass, List<Reduced> tiles, Painter painter, string folder)
    {
        var name = Path.Combine(folder, $"{shelf.Experiment.Name}.{pass}.{painter.Name}");
        var description = string.Create(CultureInfo.InvariantCulture, $"Rayshard: {shelf.Experiment.Name}, {pass}, {tiles.Count} of {shelf.Plan.Count} frames, {painter.Words}. For looking only.");
        var pictures = new Picture[] { new(name + ".png", tiles.Count, painter.Words), new(name + ".webp", tiles.Count, painter.Words) };
        try
        {
            Directory.CreateDirectory(folder);
            using var sheet = Sheet(tiles, painter);
            sheet.SetAttribute("Description", description);

            // Without the date, so that the same frames give the same file.
            sheet.Settings.SetDefine(MagickFormat.Png, "exclude-chunks", "date,time");
            sheet.Write(pictures[0].Path, MagickFormat.Png24);

            using var animation = new MagickImageCollection(tiles.Select(tile => Image(painter.Paint(tile), tile.Width, tile.Height)));
            foreach (var image in animation)
            {
                image.AnimationDelay = FrameTime;
                image.Settings.SetDefine(MagickFormat.WebP, "lossless", true);
            }

            animation.Write(pictures[1].Path, MagickFormat.WebP);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or MagickException)
        {
            throw new RayshardException(ExitCode.Failed, $"{name}: the picture can't be written: {e.Message}", e);
        }

        return pictures;
    }

    private static MagickImage Sheet(List<Reduced> tiles, Painter painter)
    {
        var columns = Columns(tiles.Count, (double)tiles[0].Width / tiles[0].Height);
        var (width, height) = (columns * tiles[0].Width, (tiles.Count + columns - 1) / columns * tiles[0].Height);
        var pixels = new byte[width * height * 3];
        foreach (var (tile, i) in tiles.Select((tile, i) => (tile, i)))
        {
            var painted = painter.Paint(tile);
            var (left, top) = (i % columns * tile.Width, i / columns * tile.Height);
            for (var row = 0; row < tile.Height; row++)
            {
                painted.AsSpan(row * tile.Width * 3, tile.Width * 3).CopyTo(pixels.AsSpan((((top + row) * width) + left) * 3));
            }
        }

        return Image(pixels, width, height);
    }

    // About two and a half times as wide as high, and without a gap at the end where a number near that has none.
    private static int Columns(int count, double aspect)
    {
        var wish = Math.Sqrt(2.5 * count / aspect);
        var whole = Enumerable.Range(1, count).Where(columns => count % columns == 0).MinBy(columns => Math.Abs(Math.Log(columns / wish)));
        return Math.Abs(Math.Log(whole / wish)) < 0.5 ? whole : Math.Clamp((int)Math.Ceiling(wish), 1, count);
    }

    private static MagickImage Image(byte[] rgb, int width, int height) =>
        new(rgb, new PixelReadSettings((uint)width, (uint)height, StorageType.Char, PixelMapping.RGB));
}
