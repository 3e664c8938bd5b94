using Rayshard.Storage;
using Rayshard.Tests.Storage;

namespace Rayshard.Sharing.Tests;

public sealed class FrameSelectionTests
{
    [Fact]
    public void A_selection_holds_the_chosen_frames_with_the_very_records_and_blobs()
    {
        using var shop = new Workshop();
        var all = Records(shop.Bundle());

        var some = shop.Bundle("some", new() { Frames = "2-11,17", Where = "light > 200 and colour_0 == 1" });

        var expected = all.Where(entry => entry.Key is (>= 2 and <= 11) or 17 && shop.Plan.At(entry.Key).Values is var values && values[0].Numbers.First() > 200 && values[1].Numbers.First() == 1).ToList();
        Assert.Equal([4, 6, 8, 10], expected.Select(entry => entry.Key));
        Assert.Equal(expected, Records(some));
        Assert.Equal(4, some.Head.Manifest.Frames);
        Assert.Empty(BundleVerifier.Faults(some, CancellationToken.None));
        Assert.Equal(2, some.Head.Manifest.Shards.Count());
    }

    [Fact]
    public void With_fewer_passes_it_is_the_experiment_that_asks_for_no_more()
    {
        using var shop = new Workshop();
        using var rendered = new Workshop(with: experiment => experiment with { Passes = [.. experiment.Passes.Where(pass => pass.Name == "rgb")], ShardBytes = 4 * new FramePlan(experiment with { Passes = [.. experiment.Passes.Where(pass => pass.Name == "rgb")] }).FrameBytes });

        var selected = shop.Bundle(selection: new() { Passes = "rgb" });

        Assert.Equal(rendered.Experiment.Passes, selected.ReadExperiment().Passes);
        Assert.Equal(rendered.Plan.ShardSet, selected.Head.Manifest.ShardSet);
        Assert.Equal(rendered.Plan.At(3).Key, new FramePlan(selected.ReadExperiment()).At(3).Key);
        Assert.Empty(BundleVerifier.Faults(selected, CancellationToken.None));
        using var shard = ShardReader.Open(Path.Combine(selected.Folder, "shards", "synthetic-000000.tar"));
        using var frame = shard.Read(shard.Frames[0]);
        var blob = new byte[frame.BlobBytes(0)];
        frame.ReadBlob(0, blob);
        Assert.Equal(Synthetic.Render(shop.Experiment, shop.Plan.At(0)).Blobs[1].ToArray(), blob);
    }

    [Theory]
    [InlineData("light > ", null, null)]
    [InlineData("lamp > 3", null, null)]
    [InlineData("light > much", null, null)]
    [InlineData("colour > 1", null, null)]
    [InlineData(null, "3-1", null)]
    [InlineData(null, "0-18", null)]
    [InlineData(null, "x", null)]
    [InlineData(null, null, "depth")]
    public void What_is_asked_wrongly_is_refused_in_one_line_before_anything_is_made(string? where, string? frames, string? passes)
    {
        using var shop = new Workshop();

        var refused = Assert.Throws<RayshardException>(() => shop.Bundle(selection: new() { Where = where, Frames = frames, Passes = passes }));

        Assert.Equal(ExitCode.AskedWrongly, refused.ExitCode);
        Assert.DoesNotContain('\n', refused.Message);
        Assert.False(Directory.Exists(shop["bundle"]));
    }

    private static List<KeyValuePair<long, Digest>> Records(Bundle bundle)
    {
        var records = new List<KeyValuePair<long, Digest>>();
        foreach (var file in bundle.Head.Manifest.Shards)
        {
            using var shard = ShardReader.Open(bundle.PathOf(file));
            records.AddRange(shard.Frames.Select(frame => KeyValuePair.Create(frame.Index, frame.Record)));
        }

        return records;
    }
}
