using System.Text;
using Rayshard.Blender;

namespace Rayshard.Inspection.Tests;

/// <summary>EXR files with several layers, by the pinned Blender.</summary>
public sealed class MultilayerTests(LabelledSet set) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rayshard-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Each_pass_of_each_layer_is_read_by_its_name_to_the_bit()
    {
        var read = await ReadAsync(await FileAsync("hills-multilayer-float.exr"));

        Assert.Equal(
            ["Composite.Combined RGBA", "ViewLayer.Combined RGBA", "ViewLayer.Depth Z", "ViewLayer.DiffDir RGB", "ViewLayer.IndexOB X", "ViewLayer.Mist Z", "ViewLayer.Normal XYZ", "ViewLayer.Position XYZ", "ViewLayer.UV UVA"],
            read.Select(pass => $"{pass.Pass} {string.Concat(pass.Channels!)}"));
        Assert.All(read, pass => Assert.Equal("float32", pass.Declared));
        foreach (var (pass, array) in new[] { ("Depth", "depth"), ("Mist", "mist"), ("Normal", "normal"), ("Position", "position") })
        {
            Assert.Equal(await File.ReadAllBytesAsync(await FileAsync($"hills-{array}.npy")), await File.ReadAllBytesAsync(read.Single(one => one.Pass == "ViewLayer." + pass).Npy));
        }
    }

    [Fact]
    public async Task Each_pass_has_a_verdict_of_its_own()
    {
        var half = await FileAsync("hills-multilayer-half.exr");
        var found = Inspector.OfPicture(half, [.. (await ReadAsync(half)).Select(pass => new PictureArray(pass.Npy, pass.Declared, pass.Pass, pass.Channels))]);

        Assert.Equal("hills-multilayer-half.exr", found.Subject);
        Assert.Equal(("float16", Verdict.Quantised), Said("ViewLayer.Combined"));
        Assert.Equal(("float32", Verdict.Raw), Said("ViewLayer.Depth"));
        Assert.Equal(("float32", Verdict.CannotTell), Said("ViewLayer.IndexOB"));
        Assert.Equal(["Alpha", "Depth", "DiffDir", "Image", "IndexOB", "Mist", "Normal", "Position", "UV"],
            (await set.CasesAsync()).Single(one => one.Name == "hills/multilayer-without-layers").Found.Passes.Select(pass => pass.Pass));

        (string Declared, Verdict Verdict) Said(string name) => found.Passes.Single(pass => pass.Pass == name) is var pass ? (pass.Declared, pass.Verdict) : default;
    }

    [Theory]
    [InlineData("cut", "it was cut: a block of its lines is not in the file")]
    [InlineData("damaged", "Blender says: OpenEXR-readPixels: ERROR: Error reading pixel data from image file \"<memory>\". Data decompression (zlib) failed.")]
    [InlineData("channels", "its pass 'ViewLayer.DiffDir' has channels B, G, S; Blender reads one, or RGB, RGBA, XYZ, XYZW, UVA")]
    [InlineData("header", "its header is damaged")]
    [InlineData("none", "Blender finds no pixels in it")]
    public async Task What_can_not_be_read_whole_is_refused_in_one_line(string how, string reason)
    {
        var bytes = await File.ReadAllBytesAsync(await FileAsync("hills-multilayer-float.exr"));
        var path = Path.Combine(_folder, how + ".exr");
        await File.WriteAllBytesAsync(path, Spoil(bytes, how));

        var thrown = await Assert.ThrowsAsync<RayshardException>(() => ReadAsync(path));

        Assert.Equal($"--file={path}: no picture that can be inspected: {reason}", thrown.Message);
        Assert.Equal(ExitCode.AskedWrongly, thrown.ExitCode);
    }

    private static byte[] Spoil(byte[] bytes, string how)
    {
        switch (how)
        {
            case "cut": return bytes[..(bytes.Length * 2 / 3)];
            case "header": return bytes[..200];
            case "none": return Encoding.ASCII.GetBytes("no picture");
            case "damaged": bytes.AsSpan(bytes.Length / 2, 200).Fill(0xAA); return bytes;
            default:
                bytes[bytes.AsSpan().IndexOf("ViewLayer.DiffDir.R"u8) + "ViewLayer.DiffDir.".Length] = (byte)'S';
                return bytes;
        }
    }

    private async Task<IReadOnlyList<Picture>> ReadAsync(string path) => (await TestMachine.Kit.ReadPicturesAsync(TestMachine.Experiment("ramp"), [path], _folder, default)).Single();

    private async Task<string> FileAsync(string name)
    {
        await set.CasesAsync();
        return Path.Combine(set.Folder, name);
    }
}
