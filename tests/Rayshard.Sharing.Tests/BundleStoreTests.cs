using Rayshard.Storage;

namespace Rayshard.Sharing.Tests;

public sealed class BundleStoreTests
{
    [Fact]
    public void Laid_out_it_is_a_store_with_every_frame_and_the_scene_beside_it()
    {
        using var shop = new Workshop();
        var bundle = shop.Bundle();

        var (experiment, folder, scene) = BundleStore.LayOut(bundle, shop["laid-out"]);

        using var store = Store.OpenReadOnly(folder);
        for (var i = 0L; i < shop.Plan.Count; i++)
        {
            using var frame = store.TryFind(shop.Plan.At(i).Key);
            Assert.NotNull(frame);
        }

        Assert.Equal(shop.Plan.ShardSet, new FramePlan(experiment).ShardSet);
        Assert.Equal("scene", File.ReadAllText(Path.Combine(scene, "scene.py")));
        Assert.Empty(new Verifier(folder, new()).Run());
    }

    [Fact]
    public void A_scene_file_that_was_changed_after_the_bundle_was_made_is_refused()
    {
        using var shop = new Workshop();
        var bundle = shop.Bundle();
        File.WriteAllText(shop["bundle/experiment/scene/scene.py"], "import os");

        Assert.Equal(ExitCode.NotSo, Assert.Throws<RayshardException>(() => BundleStore.LayOut(bundle, shop["laid-out"])).ExitCode);
    }

    [Fact]
    public async Task Two_at_once_lay_it_out_in_one_folder_and_neither_misses_a_file_at_any_moment()
    {
        using var shop = new Workshop();
        var bundle = shop.Bundle();

        async Task LayOutOftenAsync()
        {
            await Task.Yield();
            for (var i = 0; i < 50; i++)
            {
                var (_, folder, scene) = BundleStore.LayOut(bundle, shop["laid-out"]);
                Assert.Equal("scene", File.ReadAllText(Path.Combine(scene, "scene.py")));
                Assert.Empty(new Verifier(folder, new()).Run());
                using var store = Store.OpenReadOnly(folder);
                for (var frame = 0L; frame < shop.Plan.Count; frame++)
                {
                    using var found = store.TryFind(shop.Plan.At(frame).Key);
                    Assert.NotNull(found);
                }
            }
        }

        await Task.WhenAll(LayOutOftenAsync(), LayOutOftenAsync());

        Assert.Equal(
            Workshop.Run(shop["bundle/shards"], "find", ".", "-name", "*.tar").Split('\n').Length,
            Directory.GetFiles(shop["laid-out/store"], "*.tar*", SearchOption.AllDirectories).Length);
    }
}
