using System.Runtime.InteropServices;
using Rayshard.Storage;

namespace Rayshard.Tests.Storage;

public class MappedFramesTests
{
    [Theory]
    [InlineData("store")]
    [InlineData("experiment")]
    [InlineData("bundle")]
    public void Every_frame_of_it_has_the_floats_that_were_stored(string place)
    {
        using var folder = new TemporaryFolder();
        var stored = Synthetic.RenderedStore(folder);
        if (place == "bundle")
        {
            Directory.Move(stored.Folder, folder["shards"]);
        }

        using var frames = MappedFrames.Open(place == "experiment" ? stored.Folder : folder.Path, mappings: 1);
        Assert.Equal(["combined", "rgb"], frames.Passes.Select(pass => pass.Name));
        Assert.Equal(Enumerable.Range(0, 10).Select(i => (long)i), frames.Indexes());
        foreach (var index in frames.Indexes().Reverse())
        {
            ExpectFrame(frames, stored, index);
        }

        Assert.Null(frames.TryGet(10));
        Assert.Null(frames.TryGet(-1));
        Assert.Null(frames.TryFind(Digest.Of("nobody")));
        using var byKey = frames.TryFind(stored.Plan.At(7).Key)!;
        Assert.Equal(7, byKey.Index);
    }

    [Fact]
    public void The_lines_in_the_README_read_an_array()
    {
        using var folder = new TemporaryFolder();
        var path = Synthetic.RenderedStore(folder).Folder;

        // README.md has these lines; what follows compares.
        using var frames = MappedFrames.Open(path);
        using var frame = frames.TryGet(3)!;
        ReadOnlyMemory<float> pixels = frame.Floats("combined");
        frame.Check();
        Console.Error.WriteLine($"{frame.ReadRecord().Frame}: {pixels.Span[0]}");

        var lines = File.ReadLines(Source()).SkipWhile(line => !line.Contains("using var frames = MappedFrames.Open(path);", StringComparison.Ordinal)).Take(5).ToList();
        var start = lines[0].Length - lines[0].TrimStart().Length;
        var wanted = string.Concat(lines.Select(line => $"    {line[start..]}\n"));
        Assert.Contains(wanted.Replace("Console.Error", "Console", StringComparison.Ordinal), File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "interop", "README.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_frame_that_is_in_use_stays_mapped_and_others_do_not()
    {
        using var folder = new TemporaryFolder();
        var stored = Synthetic.RenderedStore(folder, Synthetic.Experiment(lights: 9));
        var paths = stored.Sealed().Select(stored.ShardPath).ToList();
        using var shards = new MappedShards(paths, 2);
        using var held = new MappedFrame(shards.Lease(0), 0);
        var before = held.Floats(0).ToArray();
        for (var number = 1; number < paths.Count; number++)
        {
            using var lease = shards.Lease(number);
            Assert.InRange(shards.Mapped, 1, 2);
        }

        shards.Dispose();
        Assert.Equal(before, held.Floats(0).ToArray());
        Assert.Equal(1, shards.Mapped);
        held.Dispose();
        Assert.Equal(0, shards.Mapped);
        Assert.Throws<ObjectDisposedException>(() => held.Floats(0));
    }

    [Fact]
    public void Many_threads_read_with_fewer_mappings_than_shards()
    {
        using var folder = new TemporaryFolder();
        var stored = Synthetic.RenderedStore(folder, Synthetic.Experiment(lights: 20));
        using var frames = MappedFrames.Open(folder.Path, mappings: 2);
        Parallel.For(0, 2000, i => ExpectFrame(frames, stored, i * 7 % 40));
    }

    [Fact]
    public void Hundreds_of_shards_stay_mapped_for_opening_one_costs_as_much_as_thousands_of_frames()
    {
        using var folder = new TemporaryFolder();
        var stored = Synthetic.RenderedStore(folder, Synthetic.Experiment(lights: 300, framesPerShard: 1));
        using var frames = MappedFrames.Open(folder.Path);
        Assert.Equal(600, frames.Indexes().Count());
        File.Delete(stored.ShardPath(0));
        ExpectFrame(frames, stored, 0);
    }

    [Fact]
    public void A_shard_that_is_replaced_stays_the_old_one_for_who_has_it()
    {
        using var folder = new TemporaryFolder();
        var stored = Synthetic.RenderedStore(folder);
        using var frames = MappedFrames.Open(folder.Path);
        using var frame = frames.TryGet(0)!;
        var floats = frame.Floats(0);
        var before = floats.ToArray();
        File.WriteAllBytes(folder["other"], new byte[4096]);
        File.Move(folder["other"], stored.ShardPath(0), overwrite: true);
        Assert.Equal(before, floats.ToArray());
        frame.Check();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(512)]
    [InlineData(3000)]
    public void A_file_that_was_cut_is_refused_before_it_is_mapped(int bytes)
    {
        using var folder = new TemporaryFolder();
        var path = Synthetic.RenderedStore(folder).ShardPath(1);
        using (var file = File.OpenWrite(path))
        {
            file.SetLength(file.Length - bytes);
        }

        Assert.Throws<DamagedShardException>(() => MappedFrames.Open(path));
    }

    [Fact]
    public void A_flipped_bit_is_found_by_both_checks_and_by_name()
    {
        using var folder = new TemporaryFolder();
        var stored = Synthetic.RenderedStore(folder);
        long offset;
        using (var reader = ShardReader.Open(stored.ShardPath(0)))
        {
            offset = reader.Layout.BlobOffset(reader.Frames[2], 1);
        }

        Flip(stored.ShardPath(0), offset + 200);
        using var frames = MappedFrames.Open(stored.ShardPath(0));
        using (var whole = frames.TryGet(1)!)
        {
            whole.Check();
            whole.CheckAddresses();
        }

        using var frame = frames.TryGet(2)!;
        Assert.Equal((offset, FaultKind.DigestMismatch), (Assert.Throws<DamagedShardException>(frame.Check).Fault.Offset, Assert.Throws<DamagedShardException>(frame.CheckAddresses).Fault.Kind));
    }

    [Fact]
    public void A_flipped_bit_of_a_record_is_found_too()
    {
        using var folder = new TemporaryFolder();
        var stored = Synthetic.RenderedStore(folder);
        long offset;
        using (var reader = ShardReader.Open(stored.ShardPath(0)))
        {
            offset = reader.Frames[2].Offset + 512;
        }

        Flip(stored.ShardPath(0), offset + 20);
        using var frames = MappedFrames.Open(stored.ShardPath(0));
        using var frame = frames.TryGet(2)!;

        Assert.Equal(offset, Assert.Throws<DamagedShardException>(frame.Check).Fault.Offset);
    }

    [Fact]
    public void A_store_of_several_experiments_and_a_folder_of_two_are_refused()
    {
        using var folder = new TemporaryFolder();
        var one = Synthetic.RenderedStore(folder);
        var two = Synthetic.RenderedStore(folder, Synthetic.Experiment(name: "other", lights: 6));
        Assert.Contains("several experiments", Assert.Throws<UnusableStoreException>(() => MappedFrames.Open(folder.Path)).Message, StringComparison.Ordinal);
        File.Copy(two.ShardPath(0), Path.Combine(one.Folder, "other-000000.tar"));
        Assert.Equal(FaultKind.StrayFile, Assert.Throws<DamagedShardException>(() => MappedFrames.Open(one.Folder)).Fault.Kind);
    }

    private static void ExpectFrame(MappedFrames frames, StoredExperiment stored, long index)
    {
        using var frame = frames.TryGet(index)!;
        var (record, blobs) = Synthetic.Render(stored.Experiment, stored.Plan.At(index));
        Assert.Equal(index, frame.Index);
        Assert.Equal(record.Address, frame.ReadRecord().Address);
        frame.Check();
        frame.CheckAddresses();
        for (var pass = 0; pass < blobs.Length; pass++)
        {
            Assert.True(MemoryMarshal.AsBytes(frame.Floats(pass).Span).SequenceEqual(blobs[pass].Span[Npy.HeaderBytes..]));
        }
    }

    private static string Source([System.Runtime.CompilerServices.CallerFilePath] string path = "") => path;

    private static void Flip(string path, long offset)
    {
        using var file = File.Open(path, FileMode.Open);
        file.Position = offset;
        var was = file.ReadByte();
        file.Position--;
        file.WriteByte((byte)(was ^ 1));
    }
}
