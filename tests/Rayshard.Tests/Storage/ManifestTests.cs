using System.Text;
using Rayshard.Storage;

namespace Rayshard.Tests.Storage;

public sealed class ManifestTests
{
    private const int Frames = 6000;

    private static readonly ShardLayout s_layout = new(Digest.Of("set"), 7, Frames + 1, [new("a", ["R", "G"], 1, 2), new("b", ["V"], 1, 2)]);

    [Fact]
    public void A_manifest_of_many_buffers_is_read_as_it_was_written_and_no_byte_of_it_may_differ()
    {
        using var folder = new TemporaryFolder();
        var entries = Entries();
        var path = Write(folder, entries);
        var text = File.ReadAllBytes(path).AsSpan((int)Start(entries)).ToArray();
        Assert.True(text.Length > 2 * (2 << 20), $"{text.Length} bytes pass in fewer than three pieces");

        var (layout, frames) = Read(path, Start(entries), text.Length);

        Assert.Equal((s_layout.First, s_layout.Expected, 2), (layout.First, layout.Expected, layout.Passes.Count));
        Assert.Equal(entries.Select(Told), frames.Select(Told));
        var random = new Random(5);
        int[] anywhere = [.. Enumerable.Range(0, 30).Select(_ => random.Next(text.Length))];
        foreach (var place in anywhere.Concat([0, (2 << 20) - 1, 2 << 20, (2 << 20) + 1, text.Length - 1]))
        {
            var damaged = (byte[])text.Clone();
            damaged[place] ^= 1;
            Overwrite(path, Start(entries), damaged);
            Assert.Throws<FormatException>(() => Read(path, Start(entries), text.Length));
        }

        foreach (var length in new[] { 100, 2 << 20, text.Length - 1 })
        {
            Overwrite(path, Start(entries), text);
            Assert.Throws<FormatException>(() => Read(path, Start(entries), length));
        }
    }

    [Fact]
    public void What_the_first_line_claims_is_held_against_the_bytes_before_anything_is_allocated()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "shard.tar");
        var layout = new ShardLayout(Digest.Of("set"), 0, 1_000_000, [.. Enumerable.Range(0, 1000).Select(i => new ShardPass($"p{i:d3}", ["V"], 1, 1))]);
        var text = new byte[16 << 20];
        Encoding.UTF8.GetBytes(Manifest.Head(layout, 100_000) + "\n").CopyTo(text, 0);
        Overwrite(path, 512, text);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<FormatException>(() => Read(path, 512, text.Length));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 << 20);
    }

    [Fact]
    public void A_file_that_ends_within_its_manifest_is_told_as_such()
    {
        using var folder = new TemporaryFolder();
        var entries = Entries();
        var path = Write(folder, entries);
        var length = (int)(new FileInfo(path).Length - Start(entries));
        using (var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write))
        {
            RandomAccess.SetLength(file, Start(entries) + (3 << 20));
        }

        Assert.Equal(FaultKind.Truncated, Assert.Throws<DamagedShardException>(() => Read(path, Start(entries), length)).Fault.Kind);
    }

    private static List<FrameEntry> Entries()
    {
        var entries = new List<FrameEntry>();
        var offset = 0L;
        for (var i = 0; i < Frames; i++)
        {
            BlobEntry[] blobs = [new(Digest.Of($"a {i}"), (ulong)i), new(Digest.Of($"b {i}"), ulong.MaxValue - (ulong)i)];
            entries.Add(new(s_layout.First + i, Digest.Of($"key {i}"), Digest.Of($"record {i}"), offset, 300 + (i % 500), (ulong)i << 32, blobs));
            offset += s_layout.FrameBytes(entries[^1].RecordBytes);
        }

        return entries;
    }

    // The block of the manifest's header stands between the frames and its first line.
    private static long Start(List<FrameEntry> entries) => entries[^1].Offset + s_layout.FrameBytes(entries[^1].RecordBytes) + Ustar.Block;

    private static string Write(TemporaryFolder folder, List<FrameEntry> entries)
    {
        var path = Path.Combine(folder.Path, "shard.tar");
        Overwrite(path, Start(entries), Manifest.Write(s_layout, entries, Start(entries) - Ustar.Block).ToArray());
        return path;
    }

    private static void Overwrite(string path, long start, byte[] text)
    {
        using var file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite);
        RandomAccess.Write(file, text, start);
    }

    private static (ShardLayout Layout, FrameEntry[] Frames) Read(string path, long start, int length)
    {
        using var bytes = ShardBytes.Open(path, path);
        return ManifestReader.Read(bytes, start, length);
    }

    private static (FrameEntry Entry, string Blobs) Told(FrameEntry entry) => (entry with { Blobs = default }, string.Join(", ", entry.Blobs.ToArray()));
}
