using Newtonsoft.Json.Linq;

namespace Rayshard.Execution.Tests;

/// <summary>A machine that goes on with what another one began.</summary>
public sealed class FleetTests
{
    [Theory]
    [InlineData(Fleet.Report)]
    [InlineData(Fleet.Refuse)]
    public async Task A_machine_like_those_before_goes_on_without_a_word(Fleet fleet)
    {
        TestMachine.NeedsBlender();
        using var place = new Workplace();
        var experiment = place.Experiment(8) with { Fleet = fleet };
        await BeginAsync(place, experiment);

        var summary = await place.RenderAsync(experiment);

        Assert.Equal((8, 0), (summary.Progress.Rendered, summary.Unlike.Count));
    }

    [Fact]
    public async Task An_unlike_machine_is_reported_and_renders_where_the_experiment_says_report()
    {
        TestMachine.NeedsBlender();
        using var place = new Workplace();
        var experiment = place.Experiment(8);
        await BeginAsync(place, experiment, "cpu.embree", "another");

        var summary = await place.RenderAsync(experiment);

        Assert.Equal(8, summary.Progress.Rendered);
        var cause = Assert.Single(summary.Unlike);
        Assert.StartsWith("Embree's instruction set", cause, StringComparison.Ordinal);
        Assert.EndsWith("another in the store", cause, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cpu.embree", "Embree's instruction set")]
    [InlineData("cpu.kernel", "Cycles' CPU kernel")]
    [InlineData("executable", "another build of Blender")]
    public async Task An_unlike_machine_renders_nothing_where_the_experiment_says_refuse(string fact, string cause)
    {
        TestMachine.NeedsBlender();
        using var place = new Workplace();
        var experiment = place.Experiment(8) with { Fleet = Fleet.Refuse };
        await BeginAsync(place, experiment, fact, "another");

        var refused = await Assert.ThrowsAsync<RayshardException>(() => place.RenderAsync(experiment));

        Assert.Equal(ExitCode.MachineLacks, refused.ExitCode);
        Assert.Contains("fleet", refused.Message, StringComparison.Ordinal);
        Assert.Contains(cause, refused.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(place.Store, "*.tar", SearchOption.AllDirectories));
    }

    // Renders, loses the shards, and lets the fingerprint say that something else rendered them.
    private static async Task BeginAsync(Workplace place, Experiment experiment, string? fact = null, string? value = null)
    {
        var folder = (await place.RenderAsync(experiment)).ShardFolder;
        foreach (var shard in Directory.GetFiles(folder, "*.tar"))
        {
            File.Delete(shard);
        }

        if (fact is not null)
        {
            var file = Assert.Single(Directory.GetFiles(Path.Combine(folder, "fingerprints")));
            var facts = JObject.Parse(await File.ReadAllTextAsync(file));
            facts[fact] = value;
            await File.WriteAllTextAsync(file, facts.ToString());
        }
    }
}
