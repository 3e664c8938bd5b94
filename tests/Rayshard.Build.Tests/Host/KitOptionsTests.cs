namespace Rayshard.Build.Tests.Host;

public sealed class KitOptionsTests
{
    [Fact]
    public void Without_flags_the_first_experiment_goes_to_the_default_store()
    {
        var options = Read();

        Assert.Equal(["Default"], options.Targets);
        Assert.Empty(options.Experiments);
        Assert.Equal("/r/artifacts/store", options.Store);
        Assert.Equal(new(null, null, null), options.Workers);
    }

    [Fact]
    public void Every_flag_is_understood()
    {
        var options = Read("target=Render", "experiment=b", "experiment=a", "store=~/frames", "workers=3", "frame=7", "json");

        Assert.Equal(["b", "a"], options.Experiments);
        Assert.Equal(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) + "/frames", options.Store);
        Assert.Equal(3, options.Workers.Count);
        Assert.Equal(7, options.Frame);
        Assert.True(options.Json);
    }

    [Fact]
    public void An_experiment_can_be_picked_by_its_own_target() => Assert.Equal(["ramp"], Read("target=Render:ramp").Experiments);

    [Fact]
    public void A_setting_of_cake_config_holds_where_the_flag_is_silent()
    {
        Assert.Equal(4, Read(settings: new() { ["Workers"] = "4", ["WorkerMemoryMiB"] = "2048", ["FrameDeadlineSeconds"] = "90" }).Workers.Count);
        Assert.Equal(new(2, 2L << 30, TimeSpan.FromSeconds(90)), Read(["workers=2"], new() { ["Workers"] = "4", ["WorkerMemoryMiB"] = "2048", ["FrameDeadlineSeconds"] = "90" }).Workers);
    }

    [Theory]
    [InlineData("workers=abc", "--workers=abc: it is no whole number from 1 to 1024; correct it or leave it out")]
    [InlineData("workers=0", "--workers=0: it is no whole number from 1 to 1024; correct it or leave it out")]
    [InlineData("workers=-1", "--workers=-1: it is no whole number from 1 to 1024; correct it or leave it out")]
    [InlineData("workers=99999999999999999999", "--workers=99999999999999999999: it is no whole number from 1 to 1024; correct it or leave it out")]
    [InlineData("workers", "--workers: it has no value; write --workers=VALUE")]
    [InlineData("frame=1e3", "--frame=1e3: it is no whole number from 0 up; correct it or leave it out")]
    [InlineData("json=yes", "--json=yes: it takes no value; write --json alone")]
    [InlineData("experiment", "--experiment: it has no value; write --experiment=VALUE")]
    [InlineData("quick", "--quick: target Default does not listen to it; Verify would")]
    [InlineData("store=a|store=b", "--store=b: it was given 2 times; give it once")]
    [InlineData("experment=a", "--experment: there is no such flag; there are: --target, --nobuild, --experiment, --store, --workers, --provider, --sample, --isolation, --kernel, --file, --frame, --quick, --output, --view, --port, --bundle, --to, --frames, --passes, --where, --format, --json, --filter")]
    public void What_is_not_understood_is_refused_in_one_line_that_says_why(string flags, string line)
    {
        var thrown = Assert.Throws<RayshardException>(() => Read(flags.Split('|')));

        Assert.Equal(line, thrown.Message);
        Assert.Equal(ExitCode.AskedWrongly, thrown.ExitCode);
    }

    [Fact]
    public void A_wrong_setting_names_its_place()
    {
        var thrown = Assert.Throws<RayshardException>(() => Read(settings: new() { ["Workers"] = "many" }));

        Assert.StartsWith("cake.config, [Rayshard] Workers=many:", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_of_Cake_may_come_as_flags() => Assert.Equal(["Default"], Read("settings_verbosity=quiet", "rayshard_store=x", "nobuild").Targets);

    [Fact]
    public void An_unknown_target_or_experiment_is_not_found_and_the_known_ones_are_named()
    {
        var target = Assert.Throws<RayshardException>(() => Read("target=Rendr").RefuseUnknownTargets(["Render", "Test"]));
        var experiment = Assert.Throws<RayshardException>(() => ExperimentShelf.Load(Repository.Path("artifacts", "experiments")).Pick(["nope"]));

        Assert.Equal("--target=Rendr: there is no such target; there are: Render, Test", target.Message);
        Assert.Equal(ExitCode.NotFound, target.ExitCode);
        Assert.Equal(ExitCode.NotFound, experiment.ExitCode);
        Assert.Contains("first-light", experiment.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Talk_leaves_standard_output_to_what_is_a_stream()
    {
        Assert.True(Read("json").IsStream);
        Assert.True(Read("target=configs").IsStream);
        Assert.False(Read("target=Configs", "output=x").IsStream);
        Assert.False(Read().IsStream);
    }

    private static KitOptions Read(params string[] flags) => Read(flags, []);

    private static KitOptions Read(Dictionary<string, string> settings) => Read([], settings);

    private static KitOptions Read(string[] flags, Dictionary<string, string> settings) => KitOptions.Read(
        new(flags.Select(flag => flag.Split('=', 2)).GroupBy(flag => flag[0]).ToDictionary(flag => flag.Key, flag => (ICollection<string>)[.. flag.Select(pair => pair.ElementAtOrDefault(1)!)]), key => settings.GetValueOrDefault(key)),
        new("/r"));
}
