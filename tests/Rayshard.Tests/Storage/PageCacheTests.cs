using System.Diagnostics;
using System.Globalization;
using Rayshard.Storage;
using Xunit;

namespace Rayshard.Tests.Storage;

public sealed class PageCacheTests : IDisposable
{
    private const int Megabyte = 1 << 20;

    // On a disk, as the folder of the build is: what is in memory only has no pages to give up.
    private readonly string _path = Path.Combine(AppContext.BaseDirectory, $"page-cache-{Guid.NewGuid():N}");

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData(3 * Megabyte, false)] // Frames of which several fill what the disk gets at a time,
    [InlineData(24 * Megabyte, false)] // and one that is larger.
    [InlineData(3 * Megabyte, true)]
    public void What_is_on_the_disk_leaves_the_page_cache_while_more_is_appended_unless_it_is_to_be_kept(int frame, bool isKept)
    {
        Assert.SkipWhen(new DriveInfo(AppContext.BaseDirectory).DriveFormat is "tmpfs" or "ramfs", $"{AppContext.BaseDirectory} is in memory, not on a disk: check out elsewhere");
        const int frames = 16;
        var files = new DurableFiles { KeepsPages = isKept };
        using var file = files.Open(_path);
        for (var i = 0; i < frames; i++)
        {
            files.Append(file, (long)i * frame, [Content(i, frame)]);
            files.Flush(file);
        }

        Assert.InRange(Cached(), isKept ? (long)frames * frame : 1, isKept ? (long)frames * frame : Math.Max(2 * frame, 16 * Megabyte));
        AssertContent(frames, frame);
    }

    [Fact]
    public void What_is_not_yet_on_the_disk_is_read_as_it_was_written()
    {
        const int frames = 16, frame = 9 * Megabyte;
        var files = new DurableFiles();
        using var file = files.Open(_path);
        for (var i = 0; i < frames; i++)
        {
            files.Append(file, (long)i * frame, [Content(i, frame)]);
        }

        AssertContent(frames, frame);
    }

    private static byte[] Content(int frame, int length)
    {
        var content = new byte[length];
        Array.Fill(content, (byte)(1 + frame));
        return content;
    }

    private void AssertContent(int frames, int frame)
    {
        using var file = File.OpenRead(_path);
        Assert.Equal((long)frames * frame, file.Length);
        var read = new byte[frame];
        for (var i = 0; i < frames; i++)
        {
            file.ReadExactly(read);
            Assert.True(read.AsSpan().SequenceEqual(Content(i, frame)), $"frame {i}");
        }
    }

    private long Cached()
    {
        using var fincore = Process.Start(new ProcessStartInfo("fincore", ["--bytes", "--noheadings", "--output", "RES", _path]) { RedirectStandardOutput = true })!;
        var said = fincore.StandardOutput.ReadToEnd();
        fincore.WaitForExit();
        return long.Parse(said, CultureInfo.InvariantCulture);
    }
}
