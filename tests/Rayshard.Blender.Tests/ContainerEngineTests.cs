using System.Diagnostics;

namespace Rayshard.Blender.Tests;

/// <summary>Files of images, by a real engine and an image of three entries.</summary>
public sealed class ContainerEngineTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rayshard-").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    [Theory]
    [InlineData("/opt/blender/blender", true)]
    [InlineData("/bin/blender", true)]
    [InlineData("/bin/relative", true)]
    [InlineData("/bin/circle", false)]
    [InlineData("/bin/astray", false)]
    [InlineData("/opt", false)]
    [InlineData("/nowhere", false)]
    public async Task An_executable_is_known_by_what_its_links_lead_to(string path, bool isThere)
    {
        var engine = await EngineAsync();
        var image = (await Tool.RunAsync(["/bin/sh", "-c", """
            cd "$0"; mkdir -p opt/blender bin; printf blender > opt/blender/blender
            ln -sf /opt/blender/blender bin/blender; ln -sf ../opt/blender/blender bin/relative; ln -sf circle bin/circle; ln -sf nothing bin/astray
            tar -c opt bin | "$1" import -
            """, _folder, engine.Program], default)).Output.Split('\n')[^1];
        try
        {
            Assert.Equal(isThere ? Digest.Of("blender") : null, await engine.DigestOfAsync(image, path, default));
        }
        finally
        {
            await engine.AskAsync(["image", "rm", "--force", image], default);
        }
    }

    private static async Task<ContainerEngine> EngineAsync()
    {
        try
        {
            return (await ContainerEngine.FindAsync(default))[0];
        }
        catch (RayshardException e)
        {
            Assert.SkipUnless(Environment.GetEnvironmentVariable("CI") is "true" or "1", e.Message);
            throw;
        }
    }
}
