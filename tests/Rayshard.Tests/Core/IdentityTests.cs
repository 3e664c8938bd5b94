using System.Text;

namespace Rayshard.Tests.Core;

/// <summary>What decides a frame's key and what does not.</summary>
public sealed class IdentityTests
{
    private static readonly Experiment s_base = new()
    {
        Name = "x",
        Toolchain = "debian-12",
        Scene = new() { File = "scene.py", Files = new Dictionary<string, string> { ["scene.py"] = new('a', 64) } },
        Seed = 3,
        Parameters =
        [
            new("energy") { Path = """lights["Key"].energy""", List = [1.0, 2.0] },
            new("tint") { List = [0.25, 0.5] },
        ],
        Render = new() { Width = 8, Height = 8, Samples = 4 },
        Passes = [new("combined") { Name = "combined" }],
        Capture = Capture.Passes,
    };

    private static IEnumerable<string> Keys(Experiment experiment)
    {
        var plan = new FramePlan(experiment);
        return Enumerable.Range(0, (int)plan.Count).Select(i => plan.At(i).Key.ToString());
    }

    public static TheoryData<string, Experiment> SameFrames => new()
    {
        { "renamed", s_base with { Name = "y" } },
        { "described", s_base with { Description = "words" } },
        { "a path parameter renamed", s_base with { Parameters = [RenamedPath(), s_base.Parameters[1]] } },
        { "a unit", s_base with { Parameters = [s_base.Parameters[0] with { Unit = "W" }, s_base.Parameters[1]] } },
        { "parameters in another order", s_base with { Parameters = [s_base.Parameters[1], s_base.Parameters[0]] } },
        { "larger shards", s_base with { ShardBytes = 1 << 20 } },
        { "guards", s_base with { AllowEmpty = true, AllowNonFinite = true } },
    };

    public static TheoryData<string, Experiment> OtherFrames => new()
    {
        { "toolchain", s_base with { Toolchain = "other" } },
        { "kernel", s_base with { CpuKernel = CpuKernel.Sse } },
        { "capture", s_base with { Capture = Capture.Viewer } },
        { "scene", s_base with { Scene = s_base.Scene with { Files = new Dictionary<string, string> { ["scene.py"] = new('b', 64) } } } },
        { "seed", s_base with { Seed = 4 } },
        { "samples", s_base with { Render = s_base.Render with { Samples = 5 } } },
        { "size", s_base with { Render = s_base.Render with { Width = 9 } } },
        { "transparent", s_base with { Render = s_base.Render with { Transparent = true } } },
        { "channels", s_base with { Passes = [new("combined") { Name = "combined", Channels = "RGB" }] } },
        { "passes", s_base with { Passes = [.. s_base.Passes, new("depth") { Name = "depth" }] } },
        { "layers", s_base with { Layers = [new("a") { Samples = 1 }] } },
        { "apply's name", s_base with { Parameters = [s_base.Parameters[0], new("hue") { List = [0.25, 0.5] }] } },
        { "path", s_base with { Parameters = [new("energy") { Path = """lights["Fill"].energy""", List = [1.0, 2.0] }, s_base.Parameters[1]] } },
    };

    private static Parameter RenamedPath() => new("power") { Path = s_base.Parameters[0].Path, List = s_base.Parameters[0].List };

    [Theory]
    [MemberData(nameof(SameFrames))]
    public void Names_order_and_words_decide_no_pixel(string what, Experiment experiment) =>
        Assert.True(Keys(s_base).ToHashSet().SetEquals(Keys(experiment)), what);

    [Theory]
    [MemberData(nameof(OtherFrames))]
    public void Whatever_decides_a_pixel_changes_every_key(string what, Experiment experiment) =>
        Assert.False(Keys(s_base).ToHashSet().Overlaps(Keys(experiment)), what);

    [Fact]
    public void A_new_value_leaves_the_other_frames_as_they_were()
    {
        var more = s_base with { Parameters = [s_base.Parameters[0] with { List = [0.5, 1.0, 2.0] }, s_base.Parameters[1]] };

        Assert.True(Keys(s_base).ToHashSet().IsProperSubsetOf(Keys(more)));
    }

    [Fact]
    public void More_random_values_or_another_order_leave_the_other_frames_as_they_were()
    {
        Parameter Random(string name, int count) => new(name) { Random = new() { Integer = [0, 2], Count = count } };
        var few = s_base with { Parameters = [Random("a", 3), Random("b", 4)] };
        var more = s_base with { Parameters = [Random("b", 5), Random("a", 3)] };

        Assert.True(Keys(few).ToHashSet().IsProperSubsetOf(Keys(more)));
        Assert.Equal(12, Keys(few).Distinct().Count());
    }

    [Fact]
    public void The_order_of_the_passes_decides_no_pixel()
    {
        PassRequest depth = new("depth") { Name = "depth" };

        Assert.Equal(Keys(s_base with { Passes = [.. s_base.Passes, depth] }), Keys(s_base with { Passes = [depth, .. s_base.Passes] }));
    }

    [Fact]
    public void A_renamed_experiment_keeps_its_shards_bytes()
    {
        Assert.Equal(new FramePlan(s_base).ShardSet, new FramePlan(s_base with { Name = "y", Description = "words" }).ShardSet);
        Assert.NotEqual(new FramePlan(s_base).ShardSet, new FramePlan(s_base with { ShardBytes = 1 << 20 }).ShardSet);
    }

    [Fact]
    public void Every_frame_has_its_own_noise()
    {
        var plan = new FramePlan(s_base);

        Assert.Equal(4, Enumerable.Range(0, 4).Select(i => plan.At(i).NoiseSeed).Distinct().Count());
    }

    [Fact]
    public void Shards_are_fixed_ranges_that_cover_every_frame_once()
    {
        var plan = new FramePlan(s_base with { ShardBytes = 1 << 16, Parameters = [new("n") { Random = new() { Integer = [0, 9], Count = 100 } }] });

        Assert.True(plan.ShardCount > 1);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => (long)i), Enumerable.Range(0, plan.ShardCount).SelectMany(shard =>
        {
            var (first, count) = plan.Shard(shard);
            return Enumerable.Range(0, count).Select(i => first + i);
        }));
    }

    [Fact]
    public void A_record_reads_back_and_only_canonical_bytes_are_one()
    {
        var frame = new FramePlan(s_base).At(2);
        var record = Record.Of(s_base, frame, [new("combined", ["R", "G", "B", "A"], 8, 8, "scene-linear", Digest.Of("x"))]);
        var read = Record.Parse(record.Bytes.Span);

        Assert.Equal(record.Address, read.Address);
        Assert.Equal(frame.Key, read.Frame);
        Assert.Equal(["energy=2.0", "tint=0.25"], read.Parameters.Select(p => $"{p.Key}={p.Value}"));
        Assert.Equal(frame.NoiseSeed, read.NoiseSeed);
        Assert.Equal("combined", Assert.Single(read.Passes).Name);
        Assert.Throws<FormatException>(() => Record.Parse(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(record.Bytes.Span).Replace(",", ", ", StringComparison.Ordinal))));
        Assert.Throws<FormatException>(() => Record.Parse("{}"u8));
        Assert.Throws<FormatException>(() => Record.Parse([0xff, 0xfe]));
    }
}
