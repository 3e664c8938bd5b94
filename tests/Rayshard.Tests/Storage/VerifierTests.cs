using Rayshard.Storage;
using Xunit;

namespace Rayshard.Tests.Storage;

public sealed class VerifierTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StoredExperiment _stored;

    public VerifierTests() => _stored = Synthetic.RenderedStore(_folder);

    private string Shard => _stored.ShardPath(1);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_whole_store_has_no_fault_and_everything_is_counted()
    {
        foreach (var quick in new[] { false, true })
        {
            var verifier = new Verifier(_folder.Path, new() { Quick = quick });
            Assert.Empty(verifier.Run());
            Assert.Equal((3, 10, 0, 0), (verifier.Counts.Shards, verifier.Counts.Frames, verifier.Counts.Missing, verifier.Counts.Faults));
            Assert.Equal(_stored.Sealed().Sum(shard => new FileInfo(_stored.ShardPath(shard)).Length), verifier.Counts.Bytes);
        }
    }

    [Fact]
    public void Every_one_of_1000_flipped_bits_is_found()
    {
        // One shard alone, so that each of the 2000 runs is short.
        using var folder = new TemporaryFolder();
        var stored = Synthetic.RenderedStore(folder, Synthetic.Experiment(lights: 1, framesPerShard: 2));
        var path = stored.ShardPath(0);
        var whole = File.ReadAllBytes(path);
        using var reader = ShardReader.Open(path);
        var manifest = whole.AsSpan().LastIndexOf("__manifest__"u8);
        var random = new Random(20);
        for (var flip = 0; flip < 1000; flip++)
        {
            var bytes = whole.ToArray();
            var at = random.Next(bytes.Length);
            bytes[at] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(path, bytes);
            foreach (var quick in new[] { false, true })
            {
                var faults = new Verifier(folder.Path, new() { Quick = quick }).Run().Where(fault => fault.Kind != FaultKind.BadCatalog).ToList();
                Assert.True(faults.Count > 0, $"byte {at}, quick {quick}");

                // The entry that holds the byte is named: its header, or its content and padding.
                var entry = Enumerable.Range(0, at / 512 + 1).Reverse().Select(block => block * 512).First(block => Ustar.TryRead(whole.AsSpan(block), out _, out _));
                Assert.Contains(faults, fault => fault.Offset >= entry && (at >= manifest || fault.Offset <= at + 512));
            }
        }
    }

    [Theory]
    [InlineData(100)]
    [InlineData(600)]
    [InlineData(511)]
    [InlineData(5000)]
    [InlineData(1 << 20)]
    public void A_cut_or_lengthened_shard_is_a_fault(int bytes)
    {
        var whole = File.ReadAllBytes(Shard);
        File.WriteAllBytes(Shard, whole[..Math.Max(0, whole.Length - bytes)]);
        Assert.NotEmpty(Faults(quick: false));
        Assert.NotEmpty(Faults(quick: true));
        File.WriteAllBytes(Shard, [.. whole, .. new byte[bytes]]);
        Assert.NotEmpty(Faults(quick: false));
        Assert.NotEmpty(Faults(quick: true));
    }

    [Fact]
    public void A_second_archive_behind_the_first_is_trailing_data()
    {
        var whole = File.ReadAllBytes(Shard);
        File.WriteAllBytes(Shard, [.. whole, .. File.ReadAllBytes(_stored.ShardPath(2))]);
        Assert.Contains(Faults(quick: false), fault => fault.Kind == FaultKind.TrailingData && fault.Offset == whole.Length);
    }

    [Fact]
    public void Two_faults_of_a_shard_are_both_named_in_order()
    {
        var bytes = File.ReadAllBytes(Shard);
        using (var reader = ShardReader.Open(Shard))
        {
            bytes[reader.Layout.BlobOffset(reader.Frames[2], 0) + 200] ^= 1;
            bytes[reader.Frames[1].Offset + 3] ^= 1;
        }

        File.WriteAllBytes(Shard, bytes);
        Assert.Equal([FaultKind.BadHeader, FaultKind.DigestMismatch], Faults(quick: false).Select(fault => fault.Kind));
        Assert.Equal([FaultKind.BadHeader, FaultKind.DigestMismatch], Faults(quick: true).Select(fault => fault.Kind));
    }

    [Fact]
    public void A_shard_under_another_ones_name_is_a_fault()
    {
        File.Copy(_stored.ShardPath(0), Shard, overwrite: true);
        Assert.Contains(Faults(quick: true), fault => fault.Kind == FaultKind.BadManifest);
        File.Copy(_stored.ShardPath(0), Path.Combine(_stored.Folder, "synthetic-000099.tar"));
        File.Copy(_stored.ShardPath(0), Path.Combine(_stored.Folder, "other-000000.tar"));
        Assert.Equal(2, new Verifier(_folder.Path).Run().Count(fault => fault.Kind == FaultKind.StrayFile));
    }

    [Fact]
    public void A_record_that_lies_about_its_frame_is_found_though_every_digest_holds()
    {
        // The same key, but another light: as a buggy caller would write it.
        var other = _stored.Experiment with { Parameters = [_stored.Experiment.Parameters[0] with { Name = "moon" }, _stored.Experiment.Parameters[1]] };
        File.Delete(Shard);
        using (var store = Store.Open(_folder.Path))
        using (var writer = store.OpenShard(_stored.Experiment, _stored.Plan, 1))
        {
            for (var index = 4; index < 8; index++)
            {
                var (record, blobs) = Synthetic.Render(index == 6 ? other : _stored.Experiment, _stored.Plan.At(index));
                writer.Append(_stored.Plan.At(index), record, blobs);
            }

            writer.Seal();
        }

        var fault = Assert.Single(Faults(quick: false), fault => fault.Kind != FaultKind.BadIndex);
        Assert.Equal(FaultKind.BadRecord, fault.Kind);
        Assert.Contains("frame 6", fault.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_experiment_file_is_a_fault_and_the_shards_are_checked_all_the_same()
    {
        var path = Path.Combine(_stored.Folder, "experiment.json");
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"seed\":7", "\"seed\":8", StringComparison.Ordinal));
        var bytes = File.ReadAllBytes(Shard);
        using (var reader = ShardReader.Open(Shard))
        {
            bytes[reader.Layout.BlobOffset(reader.Frames[0], 0) + 300] ^= 1;
        }

        File.WriteAllBytes(Shard, bytes);
        var kinds = new Verifier(_folder.Path).Run().Select(fault => fault.Kind).ToList();
        Assert.Equal(FaultKind.BadExperiment, kinds[0]);
        Assert.Contains(FaultKind.DigestMismatch, kinds);
        File.Delete(path);
        Assert.Contains(new Verifier(_folder.Path).Run(), fault => fault.Kind == FaultKind.BadExperiment);
    }

    [Fact]
    public void A_table_or_catalog_that_says_otherwise_is_a_fault()
    {
        foreach (var name in new[] { "frames.parquet", "blobs.parquet" })
        {
            var path = Path.Combine(_stored.Folder, name);
            var bytes = File.ReadAllBytes(path);
            bytes[bytes.Length / 2] ^= 1;
            File.WriteAllBytes(path, bytes);
            var fault = Assert.Single(new Verifier(_folder.Path).Run());
            Assert.Equal((FaultKind.BadIndex, (long)bytes.Length / 2), (fault.Kind, fault.Offset));
            bytes[bytes.Length / 2] ^= 1;
            File.WriteAllBytes(path, bytes[..^1]);
            Assert.Equal(FaultKind.BadIndex, Assert.Single(new Verifier(_folder.Path).Run()).Kind);
            File.WriteAllBytes(path, bytes);
        }

        File.WriteAllText(_folder["catalog.sqlite"], "no database");
        Assert.Equal(FaultKind.BadCatalog, Assert.Single(new Verifier(_folder.Path).Run()).Kind);
        File.Delete(_folder["catalog.sqlite"]);
        Assert.Empty(new Verifier(_folder.Path).Run());
    }

    [Fact]
    public void One_experiment_can_be_verified_alone()
    {
        Synthetic.RenderedStore(_folder, Synthetic.Experiment(lights: 2, name: "second"));
        var verifier = new Verifier(_folder.Path, new() { Experiment = "second" });
        Assert.Empty(verifier.Run());
        Assert.Equal(4, verifier.Counts.Frames);
        var none = Assert.Throws<UnusableStoreException>(() => new Verifier(_folder.Path, new() { Experiment = "third" }).Run().ToList());
        Assert.Equal(ExitCode.NotFound, none.ExitCode);
    }

    private List<Fault> Faults(bool quick) => [.. new Verifier(_folder.Path, new() { Quick = quick }).Run().Where(fault => fault.Kind != FaultKind.BadCatalog)];
}
