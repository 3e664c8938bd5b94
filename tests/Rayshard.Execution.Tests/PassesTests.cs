using Rayshard.Storage;

namespace Rayshard.Execution.Tests;

/// <summary>The passes mean what blender/passes.json says of them.</summary>
public sealed class PassesTests(ShippedStore store)
{
    private const int Pixels = 96 * 72;

    private async Task<StoredFrame> FirstFrameAsync()
    {
        await store.RenderedAsync();
        var shard = store.Open("passes");
        return shard.Read(shard.Frames[0]);
    }

    private static float[][] Vectors(StoredFrame frame, string pass) =>
        [.. ShippedStore.Pixels(frame, pass).Chunk(ShippedStore.Pixels(frame, pass).Length / Pixels)];

    [Fact]
    public async Task Every_pass_is_there_with_its_channels()
    {
        using var frame = await FirstFrameAsync();

        Assert.Equal(
            ["ambient_occlusion 72x96 RGB", "combined 72x96 RGB", "depth 72x96 Z", "diffuse_color 72x96 RGB", "emission 72x96 RGB", "environment 72x96 RGB", "material_index 72x96 X",
                "normal 72x96 XYZ", "object_index 72x96 X", "position 72x96 XYZ", "shadow 72x96 RGB", "uv 72x96 UVA", "vector 72x96 XYZW"],
            frame.Record.Passes.Select(pass => $"{pass.Name} {pass.Height}x{pass.Width} {string.Concat(pass.Channels)}"));
    }

    [Fact]
    public async Task Label_passes_of_one_sample_are_whole_numbers()
    {
        using var frame = await FirstFrameAsync();

        Assert.Equal([0, 1, 2, 3, 4], ShippedStore.Pixels(frame, "object_index").Distinct().Order());
        Assert.Equal([0, 1, 2, 3, 4], ShippedStore.Pixels(frame, "material_index").Distinct().Order());
    }

    [Fact]
    public async Task Depth_is_planar_and_agrees_with_position()
    {
        using var frame = await FirstFrameAsync();
        var depth = ShippedStore.Pixels(frame, "depth");
        var position = Vectors(frame, "position");
        var (eye, tilt) = ((X: 0.0, Y: -6.5, Z: 3.4), 66 * Math.PI / 180);
        var hit = Enumerable.Range(0, Pixels).Where(i => depth[i] < 1e9f).ToList();

        Assert.InRange(hit.Count, Pixels / 2, Pixels - 100);
        Assert.All(Enumerable.Range(0, Pixels).Except(hit), i => Assert.Equal(1e10f, depth[i]));
        Assert.All(hit, i =>
        {
            // The camera looks along -z of its own frame, tilted about x.
            var along = ((position[i][1] - eye.Y) * Math.Sin(tilt)) - ((position[i][2] - eye.Z) * Math.Cos(tilt));
            Assert.Equal(along, depth[i], 0.001);
        });
    }

    [Fact]
    public async Task Normals_are_unit_vectors_in_world_space_and_rows_run_from_the_top()
    {
        using var frame = await FirstFrameAsync();
        var normals = Vectors(frame, "normal");
        var objects = ShippedStore.Pixels(frame, "object_index");

        Assert.All(Enumerable.Range(0, Pixels).Where(i => objects[i] != 0), i => Assert.Equal(1, Math.Sqrt(normals[i].Sum(n => n * n)), 0.01));
        Assert.All(Enumerable.Range(Pixels - 96, 96), i => Assert.Equal((1f, 1f), (objects[i], MathF.Round(normals[i][2], 4))));
        Assert.All(Enumerable.Range(0, 96), i => Assert.Equal(0f, objects[i]));
    }

    [Fact]
    public async Task Every_surface_has_its_uv_and_the_sky_has_none()
    {
        using var frame = await FirstFrameAsync();
        var uv = Vectors(frame, "uv");
        var objects = ShippedStore.Pixels(frame, "object_index");

        Assert.All(Enumerable.Range(0, Pixels), i => Assert.Equal(objects[i] == 0 ? 0 : 1, uv[i][2]));
        Assert.All(uv, value => Assert.All(value, v => Assert.InRange(v, 0, 1)));
        Assert.All(Enumerable.Range(1, 4), index => Assert.True(uv.Where((_, i) => objects[i] == index).Select(v => v[0]).Distinct().Count() > 1));
    }

    [Fact]
    public async Task Only_the_moving_object_has_motion()
    {
        using var frame = await FirstFrameAsync();
        var vectors = Vectors(frame, "vector");
        var objects = ShippedStore.Pixels(frame, "object_index");

        Assert.All(Enumerable.Range(0, Pixels).Where(i => objects[i] is 1 or 2 or 4), i => Assert.All(vectors[i], v => Assert.Equal(0, v, 0.01)));
        Assert.All(Enumerable.Range(0, Pixels).Where(i => objects[i] == 3), i => Assert.True(Math.Abs(vectors[i][0]) > 0.5, $"{vectors[i][0]} px"));
    }

    [Fact]
    public async Task Albedo_and_emission_are_those_of_the_materials()
    {
        using var frame = await FirstFrameAsync();
        var objects = ShippedStore.Pixels(frame, "object_index");
        var (albedo, emission) = (Vectors(frame, "diffuse_color"), Vectors(frame, "emission"));
        var inside = Enumerable.Range(1, Pixels - 2).Where(i => objects[i - 1] == objects[i] && objects[i + 1] == objects[i]
            && i >= 96 && i < Pixels - 96 && objects[i - 96] == objects[i] && objects[i + 96] == objects[i]).ToList();

        Assert.Equal(0.7, Median(inside.Where(i => objects[i] == 2).Select(i => albedo[i][0])), 1e-4);
        Assert.Equal(3.0, Median(inside.Where(i => objects[i] == 4).Select(i => emission[i][0])), 1e-4);
        Assert.All(inside.Where(i => objects[i] is 2 or 3), i => Assert.Equal([0f, 0, 0], emission[i]));
    }

    // The filter of the full-sample layer is wider than a pixel, so single pixels near an edge are mixed.
    private static float Median(IEnumerable<float> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
