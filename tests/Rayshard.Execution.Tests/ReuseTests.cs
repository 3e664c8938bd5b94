using Rayshard.Storage;

namespace Rayshard.Execution.Tests;

/// <summary>A frame that the store holds is not rendered again, in whatever experiment it appears.</summary>
public sealed class ReuseTests
{
    [Fact]
    public async Task A_second_render_renders_nothing_and_changes_no_file()
    {
        TestMachine.NeedsBlender();
        using var place = new Workplace();
        await place.RenderAsync(place.Experiment());
        var before = Files(place.Store);

        var again = await place.RenderAsync(place.Experiment());

        Assert.Equal((0, 40, 0), (again.Progress.Rendered, again.Progress.Reused, again.Progress.Failed));
        Assert.Equal(before, Files(place.Store));
    }

    [Fact]
    public async Task A_renamed_experiment_and_one_with_a_new_value_render_only_what_is_new()
    {
        TestMachine.NeedsBlender();
        using var place = new Workplace();
        var experiment = place.Experiment(20);
        await place.RenderAsync(experiment);
        var renamed = Directory.CreateDirectory(Path.Combine(place.Folder, "renamed")).FullName;
        File.Copy(Path.Combine(place.SceneFolder, "scene.py"), Path.Combine(renamed, "scene.py"));
        var color = experiment.Parameters[1];

        var other = (await TestMachine.Kit.RenderAsync(place.Request(new(
            ExperimentResolver.Resolve(experiment with { Name = "renamed", Source = new(Path.Combine(renamed, "X.cs"), 1) }), renamed)), null, default, default)).Single();
        var more = await place.RenderAsync(experiment with { Parameters = [experiment.Parameters[0], color with { List = [.. color.List!, Value.Vector(0, 0, 1)] }] });

        Assert.Equal((0, 20), (other.Progress.Rendered, other.Progress.Reused));
        Assert.Equal((10, 20), (more.Progress.Rendered, more.Progress.Reused));
        Assert.Empty(new Verifier(place.Store).Run());
    }

    [Fact]
    public async Task A_damaged_frame_is_not_reused_but_rendered_again()
    {
        TestMachine.NeedsBlender();
        using var place = new Workplace();
        var experiment = place.Experiment(4) with { ShardBytes = 1 << 30 };
        await place.RenderAsync(experiment);
        var shard = Directory.GetFiles(place.Store, "*.tar", SearchOption.AllDirectories).Single();
        var bytes = await File.ReadAllBytesAsync(shard);
        bytes[512 * 6] ^= 1;
        File.SetUnixFileMode(shard, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllBytesAsync(shard, bytes);

        var again = await place.RenderAsync(experiment with { ShardBytes = 1 << 29 });

        Assert.Equal((1, 3), (again.Progress.Rendered, again.Progress.Reused));
        Assert.NotEmpty(new Verifier(place.Store).Run());
    }

    [Fact]
    public async Task A_damaged_shard_is_named_with_the_way_out_which_works()
    {
        TestMachine.NeedsBlender();
        using var place = new Workplace();
        await place.RenderAsync(place.Experiment());
        var before = Workplace.Shards(place.Store);
        var shard = Directory.GetFiles(place.Store, "small-000000.tar", SearchOption.AllDirectories).Single();
        File.SetUnixFileMode(shard, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using (var file = File.OpenWrite(shard))
        {
            file.SetLength(file.Length - 700);
        }

        var e = await Assert.ThrowsAnyAsync<RayshardException>(() => place.RenderAsync(place.Experiment()));
        File.Move(shard, Path.Combine(place.Folder, "damaged"));
        var again = await place.RenderAsync(place.Experiment());

        Assert.Equal(ExitCode.NotSo, e.ExitCode);
        Assert.Contains("small-000000.tar", e.Message, StringComparison.Ordinal);
        Assert.Contains("move the file out of the store", e.Message, StringComparison.Ordinal);
        Assert.InRange(again.Progress.Rendered, 1, 39);
        Assert.Equal(before, Workplace.Shards(place.Store));
    }

    [Fact]
    public async Task The_store_holds_as_many_files_as_shards_plus_a_constant()
    {
        TestMachine.NeedsBlender();
        using var few = new Workplace();
        using var many = new Workplace();
        await few.RenderAsync(few.Experiment(20));
        await many.RenderAsync(many.Experiment(120));

        Assert.Equal(
            Files(few.Store).Count - Workplace.Shards(few.Store).Count,
            Files(many.Store).Count - Workplace.Shards(many.Store).Count);
        Assert.True(Workplace.Shards(many.Store).Count > Workplace.Shards(few.Store).Count);
    }

    [Fact]
    public async Task Two_renders_into_one_store_at_once_are_refused_as_busy()
    {
        using var place = new Workplace();
        using var held = Storage.Store.Open(place.Store);

        var e = await Assert.ThrowsAnyAsync<RayshardException>(() => place.RenderAsync(place.Experiment(4)));

        Assert.Equal(ExitCode.Busy, e.ExitCode);
    }

    private static List<string> Files(string folder) => [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
        .Where(file => !file.Contains("catalog.sqlite", StringComparison.Ordinal) || file.EndsWith("catalog.sqlite", StringComparison.Ordinal))
        .Select(file => file.EndsWith(".tar", StringComparison.Ordinal) ? $"{file} {File.GetLastWriteTimeUtc(file):O}" : file).Order(StringComparer.Ordinal)];
}
