using ImageMagick;

namespace Rayshard.Reporting.Tests;

public sealed class PreviewTests
{
    [Fact]
    public void Each_pass_is_a_sheet_and_an_animation_whose_names_say_how_they_are_shown()
    {
        using var store = new PageStore(frames: 6);
        var pictures = Write(store, ViewTransform.Standard);

        Assert.Equal(
            ["page.combined.standard.png", "page.combined.standard.webp", "page.depth.viridis.png", "page.depth.viridis.webp", "page.normal.signed.png", "page.normal.signed.webp"],
            pictures.Select(picture => Path.GetFileName(picture.Path)));
        Assert.All(pictures, picture => Assert.Equal(6, picture.Frames));
        using var sheet = new MagickImage(pictures[0].Path);
        Assert.Equal((72u, 32u), (sheet.Width, sheet.Height));
        Assert.Equal("Rayshard: page, combined, 6 of 6 frames, view transform Standard (sRGB curve). For looking only.", sheet.GetAttribute("Description"));
        using var animation = new MagickImageCollection(pictures[1].Path);
        Assert.Equal(6, animation.Count);
    }

    [Theory]
    [InlineData(ViewTransform.Standard)]
    [InlineData(ViewTransform.Raw)]
    public void A_pixel_of_the_sheet_is_the_float_by_the_view_transform(ViewTransform view)
    {
        using var store = new PageStore(frames: 6);
        using var sheet = new MagickImage(Write(store, view)[0].Path);
        using var pixels = sheet.GetPixels();

        // Frame 4 stands second in the second row of three.
        foreach (var (x, y) in new[] { (3, 5), (20, 12), (2, 0) })
        {
            var expected = Enumerable.Range(0, 3).Select(channel => Byte(PageStore.At("combined", 4, x, y, channel), view));
            Assert.Equal(expected, pixels.GetPixel(24 + x, 16 + y).ToArray().Take(3));
        }
    }

    [Fact]
    public void The_same_frames_give_the_same_file()
    {
        using var store = new PageStore(frames: 6);
        var first = File.ReadAllBytes(Write(store, ViewTransform.Standard)[0].Path);

        Assert.Equal(first, File.ReadAllBytes(Write(store, ViewTransform.Standard)[0].Path));
    }

    private static IReadOnlyList<Picture> Write(PageStore store, ViewTransform view)
    {
        using var shelf = store.OpenShelf();
        return new Preview(shelf, view).Write(FrameSample.All, Path.Combine(store.Folder, "pictures"), default);
    }

    // IEC 61966-2-1, once more and in doubles.
    private static byte Byte(double linear, ViewTransform view)
    {
        var shown = view == ViewTransform.Raw ? linear : linear <= 0.0031308 ? 12.92 * linear : (1.055 * Math.Pow(linear, 1 / 2.4)) - 0.055;
        return (byte)Math.Floor((Math.Clamp(shown, 0, 1) * 255) + 0.5);
    }
}
