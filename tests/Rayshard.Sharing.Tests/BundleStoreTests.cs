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
}
