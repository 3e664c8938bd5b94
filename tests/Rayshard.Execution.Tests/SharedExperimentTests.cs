using Rayshard.Sharing;
using Rayshard.Sharing.Targets;
using Rayshard.Sharing.Tests;

namespace Rayshard.Execution.Tests;

/// <summary>The whole way: rendered, bundled, pushed to a real registry, pulled where nothing else is, verified, and rendered again from the bundle alone.</summary>
public sealed class SharedExperimentTests
{
    private static readonly About s_about = new() { License = "CC-BY-4.0", Authors = [new("Ada Lovelace")], Published = "2026-11-25" };

    [Fact]
    public async Task From_a_registry_a_stranger_renders_the_same_records()
    {
        TestMachine.NeedsBlender();
        using var place = new Workplace();
        using var stranger = new Workplace();
        using var registry = Peer.Registry(Path.Combine(place.Folder, "registry"));
        var experiment = place.Experiment() with { About = s_about };
        await place.RenderAsync(experiment);
        var bundle = await BundleAsync(place, place.Resolve(experiment).Experiment);
        var reference = $"oci:{registry.Host}/ada/small:v1";
        using (var target = SharingTarget.Open(reference, "to", Path.Combine(place.Folder, "uploads")))
        {
            await BundleTransfer.PushAsync(bundle, target, null, CancellationToken.None);
        }

        using var from = SharingTarget.Open(reference, "bundle", Path.Combine(stranger.Folder, "uploads"));
        var (pulled, _) = await BundleTransfer.PullAsync(from, reference, Path.Combine(stranger.Folder, "pulled"), null, CancellationToken.None);
        var faults = BundleVerifier.Faults(pulled, CancellationToken.None).ToList();
        Directory.Delete(place.Store, recursive: true);
        var (carried, store, scene) = BundleStore.LayOut(pulled, Path.Combine(stranger.Folder, "laid-out"));
        var again = await TestMachine.Kit.ReproduceAsync(
            new(carried, scene),
            new() { Render = stranger.Request(new(carried, scene)) with { StoreFolder = store }, Sample = FrameSample.Parse("16") },
            CancellationToken.None);
        var anew = (await TestMachine.Kit.RenderAsync(stranger.Request(new(carried, scene)), null, default, default)).Single();

        Assert.Empty(faults);
        Assert.Equal(bundle.Head.Digest, pulled.Head.Digest);
        Assert.Equal(16, again.Frames.Count);
        Assert.Equal(Grade.Identical, again.Grade);

        // Rendered without any store, the shards are the bundle's, byte for byte, and so every record's address.
        Assert.Equal(40, anew.Progress.Rendered);
        Assert.Equal(pulled.Head.Manifest.Shards.Select(file => $"{Path.GetFileName(file.Name)} {file.Sha256}").Order(StringComparer.Ordinal), Workplace.Shards(stranger.Store));
    }

    [Theory]
    [InlineData("debian-13")]
    [InlineData("elsewhere")]
    public async Task Of_a_Blender_that_is_not_pinned_here_the_bundle_brings_pin_and_lock(string id)
    {
        TestMachine.NeedsBlender();
        using var place = new Workplace();
        using var stranger = new Workplace();
        var here = BlenderFacts.Toolchains["debian-13"];

        // What another checkout calls so: another build, and so other keys. There it is a package of the system; here there is no such one.
        var pin = here with { Id = id, PackageVersion = "4.3.2+elsewhere", Provider = "apt", Package = "blender-elsewhere", Urls = ["https://deb.debian.org/debian"] };
        var resolved = place.Resolve(place.Experiment(frames: 4) with { Toolchain = id, CarriedPin = pin, About = s_about });
        var kit = new Kit(new() { BlenderFolder = TestMachine.BlenderFolder, StateFolder = TestMachine.StateFolder, Provider = "debian", MayInstall = false }, TimeProvider.System);
        await kit.RenderAsync(place.Request(resolved), null, default, default);
        var bundle = await BundleAsync(place, resolved.Experiment);

        var (carried, store, scene) = BundleStore.LayOut(bundle, Path.Combine(stranger.Folder, "laid-out"));
        var again = await TestMachine.Kit.ReproduceAsync(
            new(carried, scene), new() { Render = stranger.Request(new(carried, scene)) with { StoreFolder = store }, Sample = FrameSample.Parse("4") }, CancellationToken.None);

        Assert.Equal(pin with { Provider = "debian", Lock = Path.Combine(bundle.Folder, "experiment", "debian-13.lock"), Urls = carried.CarriedPin!.Urls }, carried.CarriedPin);
        Assert.Equal(new FramePlan(resolved.Experiment).Settings, new FramePlan(carried).Settings);
        Assert.NotEqual(new FramePlan(carried).Settings, new FramePlan(carried with { CarriedPin = null }).Settings);
        Assert.Equal((4, Grade.Identical), (again.Frames.Count, again.Grade));
        Assert.Empty(BundleVerifier.Faults(bundle, CancellationToken.None));
    }

    private static Task<Bundle> BundleAsync(Workplace place, Experiment experiment) =>
        new Bundler(new() { Experiment = experiment, SceneFolder = place.SceneFolder, StoreFolder = place.Store, BlenderFolder = TestMachine.BlenderFolder })
            .WriteAsync(Path.Combine(place.Folder, "bundle"), CancellationToken.None);
}
