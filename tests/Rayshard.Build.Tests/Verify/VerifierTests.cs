namespace Rayshard.Build.Tests.Verify;

/// <summary>The stand-in for Verify, on snapshots in a folder of its own.</summary>
public sealed class VerifierTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("verify").FullName;

    private string Test => Path.Combine(_folder, "Thing.cs");

    private string Verified => Path.Combine(_folder, "Thing.Works.verified.json");

    private string Received => Path.Combine(_folder, "Thing.Works.received.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_missing_snapshot_fails_and_leaves_what_came()
    {
        var thrown = await Assert.ThrowsAsync<VerifyException>(() => Verifier.Verify(new { Size = 3 }, null, Test, "Works"));

        Assert.Equal("{\n  \"Size\": 3\n}\n", File.ReadAllText(Received));
        Assert.Contains("+   \"Size\": 3", thrown.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Verified));
    }

    [Fact]
    public async Task A_changed_snapshot_fails_shows_the_lines_and_stays_as_it_was()
    {
        File.WriteAllText(Verified, "{\n  \"A\": 1,\n  \"B\": 2,\n  \"C\": 3\n}\n");

        var thrown = await Assert.ThrowsAsync<VerifyException>(() => Verifier.Verify(new { A = 1, B = 5, C = 3 }, null, Test, "Works"));

        Assert.Contains("From line 3 (- verified, + received):\n  {\n    \"A\": 1,\n-   \"B\": 2,\n+   \"B\": 5,\n    \"C\": 3\n  }\n", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("\"B\": 2", File.ReadAllText(Verified), StringComparison.Ordinal);
        Assert.True(File.Exists(Received));
    }

    [Fact]
    public async Task An_equal_snapshot_passes_and_removes_what_came_before()
    {
        File.WriteAllText(Verified, "{\r\n  \"Size\": 3\r\n}");
        File.WriteAllText(Received, "old");

        await Verifier.Verify(new { Size = 3 }, null, Test, "Works");

        Assert.False(File.Exists(Received));
    }

    [Fact]
    public async Task A_text_has_a_snapshot_of_its_own_kind_and_a_theory_one_for_each_case()
    {
        File.WriteAllText(Path.Combine(_folder, "Thing.Works_case-1.verified.txt"), "hello\n");
        var settings = new VerifySettings();
        settings.UseTextForParameters("case-1");

        await Verifier.Verify("hello", settings, Test, "Works");
        await Assert.ThrowsAsync<VerifyException>(() => Verifier.Verify("hello!", settings, Test, "Works"));
    }

    [Fact]
    public async Task A_dictionary_is_written_in_the_order_of_its_keys()
    {
        File.WriteAllText(Verified, "{\n  \"Deep\": {\n    \"a\": 1,\n    \"b\": 2\n  }\n}\n");

        await Verifier.Verify(new { Deep = new Dictionary<string, int> { ["b"] = 2, ["a"] = 1 } }, null, Test, "Works");
    }
}
