namespace Rayshard.Tests.Core;

public sealed class SweepTests
{
    private static Sweep Of(params Parameter[] parameters) => new(new Experiment { Seed = 5, Parameters = parameters });

    private static Parameter List(string name, params double[] values) => new(name) { List = [.. values.Select(v => (Value)v)] };

    private static string At(Sweep sweep, long index) => string.Join(" ", sweep.At(index).Values);

    [Fact]
    public void The_last_parameter_is_the_fastest()
    {
        var sweep = Of(List("a", 1, 2), List("b", 10, 20, 30));

        Assert.Equal(["1.0 10.0", "1.0 20.0", "1.0 30.0", "2.0 10.0", "2.0 20.0", "2.0 30.0"],
            Enumerable.Range(0, (int)sweep.Count).Select(i => At(sweep, i)));
    }

    [Fact]
    public void Zipped_parameters_step_together_and_count_once()
    {
        var sweep = Of(List("a", 1, 2) with { Zip = "pose" }, List("b", 7, 8, 9), List("c", 10, 20) with { Zip = "pose" });

        Assert.Equal(6, sweep.Count);
        Assert.Equal("1.0 9.0 10.0", At(sweep, 2));
        Assert.Equal("2.0 7.0 20.0", At(sweep, 3));
    }

    [Fact]
    public void An_experiment_without_parameters_has_one_frame()
    {
        Assert.Equal(1, Of().Count);
        Assert.Empty(Of().At(0).Values);
    }

    [Fact]
    public void Linear_values_hit_both_ends_exactly_and_an_open_end_leaves_the_last_out()
    {
        var closed = Of(new Parameter("x") { Linear = new(0.1, 0.7, 4) });
        var open = Of(new Parameter("x") { Linear = new(0, 8, 4) { OpenEnd = true } });

        Assert.Equal("0.1", At(closed, 0));
        Assert.Equal("0.7", At(closed, 3));
        Assert.Equal(["0.0", "2.0", "4.0", "6.0"], Enumerable.Range(0, 4).Select(i => At(open, i)));
    }

    [Fact]
    public void A_billion_frames_are_reached_at_once()
    {
        var sweep = Of(
            new Parameter("a") { Linear = new(0, 1, 100_000) },
            new Parameter("b") { Random = new() { Uniform = [0, 1], Count = 10_000 } });

        Assert.Equal(1_000_000_000, sweep.Count);
        Assert.Equal("1.0", sweep.At(999_999_999).Values[0].ToString());
    }

    [Fact]
    public void Adding_a_parameter_or_more_values_reshuffles_nothing()
    {
        var random = new Parameter("u") { Random = new() { Uniform = [0, 1], Count = 50 } };
        var alone = Of(random);
        var longer = Of(random with { Random = random.Random! with { Count = 80 } });
        var beside = Of(List("a", 1, 2), random, new Parameter("v") { Random = new() { Uniform = [0, 1], Count = 3 } });

        for (var i = 0; i < 50; i++)
        {
            Assert.Equal(At(alone, i), At(longer, i));
            Assert.Equal(At(alone, i), beside.At(i * 3L).Values[1].ToString());
        }
    }

    [Fact]
    public void Unlike_names_and_seeds_draw_unlike_values()
    {
        RandomValues random = new() { Uniform = [0, 1], Count = 20 };
        string All(long seed, string name) =>
            string.Join(" ", Enumerable.Range(0, 20).Select(i => new Sweep(new Experiment { Seed = seed, Parameters = [new(name) { Random = random }] }).At(i).Values[0]));

        Assert.Equal(All(1, "a"), All(1, "a"));
        Assert.NotEqual(All(1, "a"), All(1, "b"));
        Assert.NotEqual(All(1, "a"), All(2, "a"));
    }

    [Fact]
    public void Random_values_are_pinned_to_the_bit()
    {
        // Computed once by Python: int.from_bytes(hashlib.sha256(b'[5,"u",0]').digest()[:8], "big") >> 11, times 2**-53.
        var sweep = Of(new Parameter("u") { Random = new() { Uniform = [0, 1], Count = 3 } });

        Assert.Equal("0.05780050883705079 0.8790169022022309 0.24774135342803127", string.Join(" ", Enumerable.Range(0, 3).Select(i => At(sweep, i))));
    }

    [Fact]
    public void Random_integers_and_choices_stay_in_their_range_and_reach_every_value()
    {
        var integers = Of(new Parameter("n") { Random = new() { Integer = [-2, 2], Count = 500 } });
        var choices = Of(new Parameter("c") { Random = new() { Choice = ["a", "b", "c"], Count = 500 } });

        Assert.Equal(["-1", "-2", "0", "1", "2"], Enumerable.Range(0, 500).Select(i => At(integers, i)).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(["\"a\"", "\"b\"", "\"c\""], Enumerable.Range(0, 500).Select(i => At(choices, i)).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Frames_that_drew_the_same_values_are_told_apart_by_their_draws()
    {
        var sweep = Of(new Parameter("n") { Random = new() { Integer = [0, 1], Count = 100 } }, List("a", 1, 2, 3));

        Assert.Equal(300, Enumerable.Range(0, 300).Select(i => sweep.At(i)).Select(p => (string.Join(" ", p.Values), string.Join(" ", p.Draws))).Distinct().Count());
        Assert.Equal("[n, 7]", string.Join(" ", sweep.At((7 * 3) + 2).Draws));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    public void There_is_no_frame_beyond_the_sweep(long index) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Of(List("a", 1, 2)).At(index));
}
