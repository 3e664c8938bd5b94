using System.Globalization;
using Newtonsoft.Json.Linq;
using Rayshard.Storage;
using Rayshard.Tests.Storage;

namespace Rayshard.Sharing.Tests;

/// <summary>What others make of a bundle: Debian's Python and NumPy, with the file that the bundle carries.</summary>
public sealed class ReaderTests
{
    [Fact]
    public void Rayshard_py_gives_every_frame_its_parameters_and_its_very_floats()
    {
        using var shop = new Workshop(with: WithAllKinds);
        var bundle = shop.Bundle();
        Directory.CreateDirectory(shop["expected"]);
        for (var i = 0L; i < shop.Plan.Count; i++)
        {
            var (record, blobs) = Synthetic.Render(shop.Experiment, shop.Plan.At(i));
            File.WriteAllBytes(shop[$"expected/{i}.json"], record.Bytes.ToArray());
            foreach (var (pass, blob) in record.Passes.Zip(blobs))
            {
                File.WriteAllBytes(shop[$"expected/{i}.{pass.Name}.npy"], blob.ToArray());
            }
        }

        Assert.Equal($"{shop.Plan.Count} frames as they should be", Python("read_bundle.py", bundle.Folder, shop["expected"]));
    }

    [Fact]
    public void The_index_lists_what_wds2idx_would_and_wids_every_shard()
    {
        using var shop = new Workshop();
        var bundle = shop.Bundle();

        Assert.Equal("5 shards as they should be", Python("check_indexes.py", bundle.Folder));
    }

    [Fact]
    public void By_the_grouping_rules_of_WebDataset_and_Hugging_Face_a_frame_is_a_sample_and_all_samples_are_of_one_kind()
    {
        using var shop = new Workshop(with: WithAllKinds);
        var bundle = shop.Bundle();

        Assert.Equal($"{shop.Plan.Count} and {shop.Plan.Count} samples of json combined.npy rgb.npy", Python("group_samples.py", bundle.Folder));
    }

    [Fact]
    public void A_frame_takes_one_read_for_each_pass_and_none_of_the_index()
    {
        // What makes any of a million frames as near as the first.
        using var shop = new Workshop();
        var bundle = shop.Bundle();

        Assert.Equal("18 18", Python("touches.py", bundle.Folder));
    }

    // Every kind of value that a parameter can have; one of them called like a column of the index.
    internal static Experiment WithAllKinds(Experiment experiment) => experiment with
    {
        Parameters =
        [
            new("index") { List = [Value.Vector(1, 2), Value.Vector(0, -1e300)] },
            new("word") { List = ["a", "Z\u00fcrich \ud83d\ude00"] },
            new("flag") { List = [true, false] },
            new("count") { List = [1L, long.MaxValue] },
            new("energy") { Random = new() { Uniform = [0, 1], Count = 2 } },
        ],
    };

    private static string Python(string script, params string[] arguments) =>
        Workshop.Run("/", "/usr/bin/python3", [Path.Combine(AppContext.BaseDirectory, "interop", script), .. arguments]);
}
