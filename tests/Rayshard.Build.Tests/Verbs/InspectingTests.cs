using Rayshard.Build.Tests.Doubles;
using Rayshard.Sharing.Tests;

namespace Rayshard.Build.Tests.Verbs;

/// <summary>Inspect by the command line: what kind of thing <c>--file</c> may name.</summary>
public sealed class InspectingTests
{
    [Fact]
    public async Task A_bundles_folder_is_a_file_too()
    {
        using var shop = new Workshop(name: "inspected");
        shop.Bundle();
        using var file = CakeRun.OfRepository("--target=Inspect", $"--file={shop["bundle"]}", "--json");
        Assert.Equal((int)ExitCode.Done, await file.EndAsync());
        using var bundle = CakeRun.OfRepository("--target=Inspect", $"--bundle={shop["bundle"]}", "--json");
        Assert.Equal((int)ExitCode.Done, await bundle.EndAsync());

        Assert.Contains("\"subject\":\"inspected\"", file.Output.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(bundle.Output, file.Output);
    }

    [Fact]
    public async Task A_folder_that_is_no_bundle_and_a_damaged_bundle_are_one_line()
    {
        using var shop = new Workshop(name: "inspected");
        shop.Bundle();
        using var store = CakeRun.OfRepository("--target=Inspect", $"--file={shop["store"]}");

        Assert.Equal((int)ExitCode.NotFound, await store.EndAsync());
        Assert.Equal($"--file={shop["store"]}: is a folder, and no finished bundle: give one that Bundle made, or a file; of a store, --store=DIR --experiment=NAME\n", store.Errors);

        var shard = Directory.EnumerateFiles(shop["bundle"], "*.tar", SearchOption.AllDirectories).Order(StringComparer.Ordinal).First();
        var bytes = File.ReadAllBytes(shard);
        bytes[bytes.Length / 2] ^= 1;
        File.Delete(shard);
        File.WriteAllBytes(shard, bytes);
        using var damaged = CakeRun.OfRepository("--target=Inspect", $"--file={shop["bundle"]}");

        Assert.Equal((int)ExitCode.NotSo, await damaged.EndAsync());
        Assert.Equal($"{shard}: is not the file that the manifest names\n", damaged.Errors);
    }
}
