namespace Rayshard.Execution.Tests;

/// <summary>The pixels are raw: on no 8-bit or 16-bit grid, above 1, and the same by every capture.</summary>
public sealed class FirstLightTests(ShippedStore store)
{
    [Fact]
    public async Task More_than_99_percent_of_the_values_are_on_no_8_or_16_bit_grid()
    {
        await store.RenderedAsync();
        using var shard = store.Open("first-light");
        long values = 0, on8 = 0, on16 = 0;
        foreach (var entry in shard.Frames)
        {
            using var frame = shard.Read(entry);
            foreach (var value in Colors(ShippedStore.Pixels(frame, "combined")))
            {
                values++;
                on8 += IsOnGrid(value, 255) ? 1 : 0;
                on16 += IsOnGrid(value, 65535) ? 1 : 0;
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"of {values} values {on8} on k/255, {on16} on k/65535");
        Assert.Equal(256L * 128 * 128 * 3, values);
        Assert.True(on8 < values * 0.01, $"{on8} of {values} on the 8-bit grid");
        Assert.True(on16 < values * 0.01, $"{on16} of {values} on the 16-bit grid");
    }

    [Fact]
    public async Task Every_frame_shows_light_brighter_than_1()
    {
        await store.RenderedAsync();
        using var shard = store.Open("first-light");
        foreach (var entry in shard.Frames)
        {
            using var frame = shard.Read(entry);
            Assert.True(Colors(ShippedStore.Pixels(frame, "combined")).Max() > 2, $"frame {entry.Index}");
        }
    }

    [Theory]
    [InlineData(Capture.Passes)]
    [InlineData(Capture.Exr)]
    public async Task Another_capture_gives_the_same_bits(Capture capture)
    {
        await store.RenderedAsync();
        var first = ShippedStore.Experiments["first-light"];
        var few = first.Experiment with
        {
            Capture = capture,
            Parameters = [.. first.Experiment.Parameters.Select(parameter => parameter.Name switch
            {
                "light_energy" => parameter with { List = [60.0, 480.0] },
                "turn" => parameter with { Linear = null, List = [0.0, Math.PI / 2] },
                _ => parameter with { List = [.. parameter.List!.Take(2)] },
            })],
        };
        using var place = new Workplace();

        var summary = (await TestMachine.Kit.RenderAsync(place.Request(first with { Experiment = few }), null, default, default)).Single();

        using var viewer = store.Open("first-light");
        using var other = Storage.ShardReader.Open(Path.Combine(summary.ShardFolder, "first-light-000000.tar"));
        var addresses = Addresses(viewer);
        Assert.Equal(8, other.Frames.Count);
        Assert.All(Addresses(other), frame => Assert.Equal(addresses[frame.Key], frame.Value));
    }

    private static Dictionary<string, Digest> Addresses(Storage.ShardReader shard) => shard.Frames.Select(entry =>
    {
        using var frame = shard.Read(entry);
        return KeyValuePair.Create(string.Join(" ", frame.Record.Parameters), frame.Record.Passes.Single().Address);
    }).ToDictionary();

    private static IEnumerable<float> Colors(float[] rgba) => rgba.Where((_, i) => i % 4 != 3);

    private static bool IsOnGrid(float value, int steps) => (float)(Math.Round((double)value * steps) / steps) == value;
}
