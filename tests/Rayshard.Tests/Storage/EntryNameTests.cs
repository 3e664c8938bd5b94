using System.Formats.Tar;
using Rayshard.Storage;
using Xunit;

namespace Rayshard.Tests.Storage;

public class EntryNameTests
{
    private static readonly string s_key = new('a', 64);

    public static TheoryData<string> Hostile =>
    [
        "../../etc/passwd", "/etc/passwd", "..", ".", "", "C:\\x.npy", "\\\\server\\share\\x.npy", "CON", "con.npy", "__kit__/__manifest__",
        "__manifest__/", "./__manifest__", "__MANIFEST__", s_key, s_key + ".npy", s_key + "..npy", s_key + "./.npy", s_key + ".a/b.npy",
        s_key + ".depth.npy\n", s_key + ".json\n", s_key + ".json ", s_key + ".JSON", s_key + ".pkl", s_key + ".depth.pth", s_key + ".Depth.npy",
        s_key + ".depth.npy.gz", new string('A', 64) + ".json", new string('a', 63) + ".json", "x/" + s_key + ".json", s_key + ".dep\u0131h.npy",
        s_key + ".\u202Edepth.npy", s_key + ".depth\0.npy", s_key + "." + new string('p', 31) + ".npy", "\u001b[31m.npy",
    ];

    [Theory]
    [MemberData(nameof(Hostile))]
    public void A_hostile_name_is_none_of_ours(string name)
    {
        Assert.Equal("", EntryName.Known(name));
        Assert.False(EntryName.TryReadRecord(name, out _));
    }

    [Theory]
    [MemberData(nameof(Hostile))]
    public void A_hostile_name_in_a_shard_is_a_fault_and_touches_no_path(string name)
    {
        using var folder = new TemporaryFolder();
        var stored = Synthetic.RenderedStore(folder);
        var shard = stored.ShardPath(0);
        var before = Listing(folder);

        // The name takes the place of the first record's; size and all else stay right, the checksum too.
        var bytes = File.ReadAllBytes(shard);
        var header = bytes.AsSpan(0, Ustar.Block);
        Assert.True(Ustar.TryRead(header, out _, out var size));
        Ustar.Write(header, string.Concat(name.Where(c => c < 128)).PadRight(1)[..Math.Min(100, Math.Max(1, name.Count(c => c < 128)))], size);
        File.WriteAllBytes(shard, bytes);

        var faults = new Verifier(folder.Path).Run().ToList();
        Assert.Contains(faults, fault => fault.Kind == FaultKind.BadHeader && fault.Offset == 0);
        Assert.All(faults, fault => Assert.DoesNotContain('\u001b', fault.ToString()));
        using (var store = Store.Open(folder.Path))
        {
            var plan = stored.Plan;
            Assert.Throws<DamagedShardException>(() => store.TryFind(plan.At(0).Key));
            using var other = store.TryFind(plan.At(1).Key);
            Assert.NotNull(other);
        }

        Assert.Equal(before, Listing(folder));
    }

    [Theory]
    [MemberData(nameof(Hostile))]
    public void A_hostile_name_in_a_partial_ends_what_is_kept(string name)
    {
        using var folder = new TemporaryFolder();
        var experiment = Synthetic.Experiment();
        var plan = new FramePlan(experiment);
        using var store = Store.Open(folder.Path);
        string partial;
        using (var writer = store.OpenShard(experiment, plan, 0))
        {
            Synthetic.Fill(writer, experiment, plan);
            partial = StoredExperiment.At(folder.Path, experiment, plan).ShardPath(0) + ".partial";
            var bytes = File.ReadAllBytes(partial);
            var second = (int)writer.Held[1].Offset;
            bytes.AsSpan(second, 100).Clear();
            System.Text.Encoding.UTF8.GetBytes(name).AsSpan(0, Math.Min(100, System.Text.Encoding.UTF8.GetByteCount(name))).CopyTo(bytes.AsSpan(second));
            File.WriteAllBytes(partial, bytes);
        }

        using var resumed = store.OpenShard(experiment, plan, 0);
        Assert.Single(resumed.Held);
        Assert.Equal(resumed.Bytes, new FileInfo(partial).Length);
    }

    [Theory]
    [InlineData(TarEntryType.SymbolicLink)]
    [InlineData(TarEntryType.HardLink)]
    [InlineData(TarEntryType.Directory)]
    [InlineData(TarEntryType.Fifo)]
    [InlineData(TarEntryType.CharacterDevice)]
    public void Only_a_plain_file_is_an_entry(TarEntryType type)
    {
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Ustar, leaveOpen: true))
        {
            var entry = new UstarTarEntry(type, s_key + ".json");
            if (type is TarEntryType.SymbolicLink or TarEntryType.HardLink)
            {
                entry.LinkName = "/etc/passwd";
            }

            writer.WriteEntry(entry);
        }

        Assert.False(Ustar.TryRead(tar.ToArray(), out _, out _));
    }

    [Fact]
    public void Every_type_byte_but_one_is_refused()
    {
        var header = Ustar.Header(s_key + ".json", 10);
        Assert.True(Ustar.TryRead(header, out _, out _));
        for (var type = 0; type < 256; type++)
        {
            header[156] = (byte)type;
            var sum = header.Sum(b => b) - header[148..156].Sum(b => b) + (8 * ' ');
            System.Text.Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(header, 148);
            Assert.Equal(type == '0', Ustar.TryRead(header, out _, out _));
        }
    }

    private static string[] Listing(TemporaryFolder folder) =>
        [.. Directory.EnumerateFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
}
