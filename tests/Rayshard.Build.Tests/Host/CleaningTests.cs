using Rayshard.Build.Verbs;

namespace Rayshard.Build.Tests.Host;

public sealed class CleaningTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("clean").FullName;
    private readonly StringWriter _talk = new() { NewLine = "\n" };

    public void Dispose()
    {
        _talk.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public void Everything_that_can_be_made_again_is_removed_and_no_rendered_frame()
    {
        Write("artifacts/toolchains/probe.json");
        Write("artifacts/loose.txt");
        Write("artifacts/store/first-light-1/first-light-000000.tar");
        Write("artifacts/mine/deep/x-000000.tar.partial");

        new Cleaning(new(_root), new(TextWriter.Null, _talk)).Run();

        Assert.Equal(["mine", "store"], Directory.GetFileSystemEntries(Path.Combine(_root, "artifacts")).Select(Path.GetFileName).Order());
        Assert.True(File.Exists(Path.Combine(_root, "artifacts/mine/deep/x-000000.tar.partial")));
        Assert.Contains("rm -r 'artifacts/store'", _talk.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_is_removed_and_what_it_leads_to_is_not()
    {
        Write("elsewhere/x.txt");
        Directory.CreateDirectory(Path.Combine(_root, "artifacts"));
        Directory.CreateSymbolicLink(Path.Combine(_root, "artifacts/link"), Path.Combine(_root, "elsewhere"));

        new Cleaning(new(_root), new(TextWriter.Null, _talk)).Run();

        Assert.True(File.Exists(Path.Combine(_root, "elsewhere/x.txt")));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(_root, "artifacts")));
    }

    [Fact]
    public void Nothing_to_clean_is_fine() => new Cleaning(new(_root), new(TextWriter.Null, _talk)).Run();

    private void Write(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_root, path))!);
        File.WriteAllText(Path.Combine(_root, path), "x");
    }
}
