namespace Rayshard.Tests.Core;

public sealed class DataPathTests
{
    [Theory]
    [InlineData("lights[\"Key\"].energy", "lights|[\"Key\"]|.energy")]
    [InlineData("objects[\"A \\\"b\\\" \\\\ c\"].rotation_euler[2]", "objects|[\"A \"b\" \\ c\"]|.rotation_euler|[2]")]
    [InlineData("materials[\"M\"].node_tree.nodes[\"Emission\"].inputs[1].default_value", "materials|[\"M\"]|.node_tree|.nodes|[\"Emission\"]|.inputs|[1]|.default_value")]
    [InlineData("scenes[0].cycles.max_bounces", "scenes|[0]|.cycles|.max_bounces")]
    public void A_path_is_taken_apart(string text, string steps) =>
        Assert.Equal(steps, string.Join('|', DataPath.Parse(text).Steps).TrimStart('.'));

    [Theory]
    [InlineData("")]
    [InlineData("lights")]
    [InlineData("lights[\"Key\"]")]
    [InlineData(".lights[\"Key\"].energy")]
    [InlineData("lights['Key'].energy")]
    [InlineData("lights[\"Key\"]energy")]
    [InlineData("lights[\"Key\"].energy.__class__()")]
    [InlineData("__import__(\"os\").system(\"x\")")]
    [InlineData("lights[\"Key\"].energy; import os")]
    [InlineData("lights[-1].energy")]
    public void What_is_no_path_is_refused(string text) => Assert.Throws<FormatException>(() => DataPath.Parse(text));

    [Theory]
    [InlineData("materials[\"M\"].node_tree.nodes[\"Emission\"].inputs[1].default_value", "float")]
    [InlineData("lights[\"Key\"].spot_size", "float")]
    [InlineData("scenes[\"Scene\"].frame_current", "int")]
    [InlineData("objects[\"Cube\"].hide_render", "boolean")]
    [InlineData("scenes[\"Scene\"].cycles.pixel_filter_type", "enum")]
    public void A_path_through_any_derived_type_is_found(string path, string type) =>
        Assert.Contains(RnaSchema.Of("3.4.1")!.Find(DataPath.Parse(path)), target => target.Type == type && target.Length == 0);

    [Theory]
    [InlineData("objects[\"Cube\"].data", "not to a property that can be set")]
    [InlineData("objects[\"Cube\"].bound_box", "read-only")]
    [InlineData("objects[\"Cube\"].location[1].x", "there is no property 'x'")]
    public void A_path_that_can_not_be_set_is_refused(string path, string reason)
    {
        var e = Assert.Throws<FormatException>(() => RnaSchema.Of("3.4.1")!.Find(DataPath.Parse(path)));
        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
    }
}
