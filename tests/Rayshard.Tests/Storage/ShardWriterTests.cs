using Rayshard.Storage;
using Xunit;

namespace Rayshard.Tests.Storage;

public sealed class ShardWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Experiment _experiment = Synthetic.Experiment();
    private readonly FramePlan _plan;
    private readonly Store _store;

    public ShardWriterTests()
    {
        _plan = new(_experiment);
        _store = Store.Open(_folder.Path);
    }

    private string Shard => StoredExperiment.At(_folder.Path, _experiment, _plan).ShardPath(0);

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_sealed_shard_has_every_frame_of_its_range_and_no_partial()
    {
        var sealedShard = Write();
        Assert.True(sealedShard.IsComplete);
        Assert.Equal(4, sealedShard.Held);
        Assert.Equal(sealedShard, _store.Sealed(_experiment, _plan, 0));
        Assert.Equal(new FileInfo(Shard).Length, sealedShard.Bytes);
        Assert.False(File.Exists(Shard + ".partial"));
        Assert.Null(_store.Sealed(_experiment, _plan, 1));
    }

    [Fact]
    public void Frames_taken_together_are_written_at_once_and_make_the_same_shard()
    {
        using var other = new TemporaryFolder();
        var disk = new RecordedDisk(other.Path);
        using (var store = Store.Open(other.Path, disk))
        using (var writer = store.OpenShard(_experiment, _plan, 0))
        {
            var operations = disk.Count;
            for (var i = 0; i < 3; i++)
            {
                var (record, blobs) = Synthetic.Render(_experiment, _plan.At(i));
                writer.Take(_plan.At(i), record, blobs);
            }

            Assert.Empty(writer.Held);
            Assert.Throws<FrameRefusedException>(() => writer.Take(_plan.At(2), Synthetic.Render(_experiment, _plan.At(2)).Record, []));
            writer.Write();
            Assert.Equal((3, operations + 1), (writer.Held.Count, disk.Count));
            var (last, pixels) = Synthetic.Render(_experiment, _plan.At(3));
            writer.Take(_plan.At(3), last, pixels);
            writer.Seal();
            Assert.Empty(writer.Held);
        }

        Write();
        Assert.Equal(Digest.OfFile(Shard), Digest.OfFile(StoredExperiment.At(other.Path, _experiment, _plan).ShardPath(0)));
    }

    [Fact]
    public void A_frame_is_read_back_by_index_and_by_key()
    {
        using var reader = Write().Open();
        for (var index = 0; index < 4; index++)
        {
            var (record, blobs) = Synthetic.Render(_experiment, _plan.At(index));
            using var byKey = _store.TryFind(_plan.At(index).Key)!;
            foreach (var frame in new[] { reader.Read(reader.Find(index)!.Value), byKey })
            {
                Assert.Equal(record.Address, frame.Record.Address);
                for (var pass = 0; pass < blobs.Length; pass++)
                {
                    var blob = new byte[frame.BlobBytes(pass)];
                    frame.ReadBlob(pass, blob);
                    Assert.Equal(blobs[pass].ToArray(), blob);
                }
            }
        }

        Assert.Null(reader.Find(4));
        Assert.Null(_store.TryFind(_plan.At(4).Key));
    }

    [Fact]
    public void An_interrupted_shard_ends_with_the_same_bytes()
    {
        var whole = Write().ComputeDigest();
        for (var held = 0; held <= 4; held++)
        {
            File.Delete(Shard);
            using (var first = _store.OpenShard(_experiment, _plan, 0))
            {
                Synthetic.Fill(first, _experiment, _plan, [.. Enumerable.Range(held, 4 - held).Select(i => (long)i)]);
            }

            using var second = _store.OpenShard(_experiment, _plan, 0);
            Assert.Equal(held, second.Held.Count);
            Assert.Equal(held, second.Durable);
            Synthetic.Fill(second, _experiment, _plan);
            Assert.Equal(whole, second.Seal().ComputeDigest());
        }
    }

    [Fact]
    public void Cut_at_every_block_a_partial_keeps_each_whole_frame_and_ends_with_the_same_bytes()
    {
        var whole = Write().ComputeDigest();
        var bytes = File.ReadAllBytes(Shard);
        long[] ends;
        using (var reader = ShardReader.Open(Shard))
        {
            ends = [.. reader.Frames.Select(frame => frame.Offset + reader.Layout.FrameBytes(frame.RecordBytes))];
        }

        for (var length = 0; length <= bytes.Length; length += 512)
        {
            // A few bytes into the block as well: torn, not cut.
            var cut = Math.Min(bytes.Length, length + (length / 512 % 3 * 100));
            File.Delete(Shard);
            File.WriteAllBytes(Shard + ".partial", bytes[..cut]);
            using var writer = _store.OpenShard(_experiment, _plan, 0);
            Assert.Equal(ends.Count(end => end <= cut), writer.Held.Count);
            Synthetic.Fill(writer, _experiment, _plan);
            Assert.Equal(whole, writer.Seal().ComputeDigest());
        }
    }

    [Fact]
    public void A_sealed_shard_that_lacks_frames_is_written_anew_in_its_place()
    {
        var whole = Write().ComputeDigest();
        File.Delete(Shard);
        using (var writer = _store.OpenShard(_experiment, _plan, 0))
        {
            Synthetic.Fill(writer, _experiment, _plan, 1, 3);
            var incomplete = writer.Seal();
            Assert.Equal((2, 4), (incomplete.Held, incomplete.Expected));
        }

        Assert.Null(_store.TryFind(_plan.At(1).Key));
        using (var writer = _store.OpenShard(_experiment, _plan, 0))
        {
            Assert.Empty(writer.Held);
            using var reused = _store.TryFind(_plan.At(2).Key);
            Assert.NotNull(reused);
            Synthetic.Fill(writer, _experiment, _plan);
            Assert.Equal(whole, writer.Seal().ComputeDigest());
        }

        using var found = _store.TryFind(_plan.At(1).Key);
        Assert.NotNull(found);
        Assert.Throws<InvalidOperationException>(() => _store.OpenShard(_experiment, _plan, 0));
    }

    [Fact]
    public void Another_experiment_finds_the_frames_it_shares()
    {
        Write();
        var renamed = _experiment with { Name = "renamed", Parameters = [_experiment.Parameters[0] with { Name = "power" }, _experiment.Parameters[1]] };
        var plan = new FramePlan(renamed);
        using (var stored = _store.TryFind(plan.At(2).Key)!)
        {
            using var writer = _store.OpenShard(renamed, plan, 0);
            var record = Record.Of(renamed, plan.At(2), stored.Record.Passes);
            Assert.NotEqual(stored.Record.Address, record.Address);
            var blobs = Enumerable.Range(0, 2).Select(pass =>
            {
                var blob = new byte[stored.BlobBytes(pass)];
                stored.ReadBlob(pass, blob);
                return (ReadOnlyMemory<byte>)blob;
            }).ToList();
            writer.Append(plan.At(2), record, blobs);
            writer.Seal();
        }

        Assert.Empty(new Verifier(_folder.Path).Run());
    }

    [Fact]
    public void Rot_is_never_handed_out()
    {
        Write();
        var bytes = File.ReadAllBytes(Shard);
        using (var reader = ShardReader.Open(Shard))
        {
            bytes[reader.Layout.BlobOffset(reader.Frames[1], 1) + 130] ^= 4;
        }

        File.WriteAllBytes(Shard, bytes);
        using var frame = _store.TryFind(_plan.At(1).Key)!;
        frame.ReadBlob(0, new byte[frame.BlobBytes(0)]);
        var damage = Assert.Throws<DamagedShardException>(() => frame.ReadBlob(1, new byte[frame.BlobBytes(1)]));
        Assert.Equal((FaultKind.DigestMismatch, ExitCode.NotSo), (damage.Fault.Kind, damage.ExitCode));
    }

    [Fact]
    public void A_frame_that_does_not_fit_is_refused_and_leaves_no_byte()
    {
        using var writer = _store.OpenShard(_experiment, _plan, 0);
        var (zero, one) = (_plan.At(0), _plan.At(1));
        var (record0, blobs0) = Synthetic.Render(_experiment, zero);
        var (record1, blobs1) = Synthetic.Render(_experiment, one);
        writer.Append(one, record1, blobs1);
        var bytes = writer.Bytes;

        Refused(one, record1, blobs1);
        Refused(zero, record0, blobs0);
        Refused(_plan.At(4), Synthetic.Render(_experiment, _plan.At(4)).Record, blobs0);
        var (record2, blobs2) = Synthetic.Render(_experiment, _plan.At(2));
        Refused(_plan.At(2), record1, blobs2);
        Refused(_plan.At(2), record2, [blobs2[0]]);
        Refused(_plan.At(2), record2, [blobs2[1], blobs2[0]]);
        Refused(_plan.At(2), record2, [blobs2[0], blobs2[1][..^1]]);
        Refused(_plan.At(2), record2, [blobs2[0], new byte[blobs2[1].Length]]);
        Refused(_plan.At(2), record2, [.. blobs2, blobs2[1]]);
        Refused(_plan.At(2), Record.Of(_experiment, _plan.At(2), [record2.Passes[0]]), [blobs2[0]]);
        Refused(_plan.At(2), Record.Of(_experiment, _plan.At(2), record2.Passes.Select(pass => pass with { Height = pass.Width, Width = pass.Height })), blobs2);

        Assert.Equal(bytes, writer.Bytes);
        Assert.Equal(bytes, new FileInfo(Shard + ".partial").Length);
        Assert.Single(writer.Held);

        void Refused(Frame frame, Record record, IReadOnlyList<ReadOnlyMemory<byte>> blobs) =>
            Assert.Equal(frame.Index, Assert.Throws<FrameRefusedException>(() => writer.Append(frame, record, blobs)).Index);
    }

    [Fact]
    public void A_store_has_as_many_files_as_shards_and_five_more()
    {
        Synthetic.RenderAll(_store, _experiment);
        _store.Dispose();
        Assert.Equal(_plan.ShardCount + 5, Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories).Count());
    }

    private SealedShard Write()
    {
        using var writer = _store.OpenShard(_experiment, _plan, 0);
        Synthetic.Fill(writer, _experiment, _plan);
        return writer.Seal();
    }
}
