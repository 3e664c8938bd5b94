using Rayshard.Build.Verbs;

namespace Rayshard.Build.Tests.Host;

public sealed class TestCountsTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Results_are_summed_and_skipped_tests_named_with_their_reason()
    {
        File.WriteAllText(_file, """
            <assemblies><assembly total="7" passed="3" failed="1" skipped="2" not-run="0" errors="1">
              <collection><test name="Needs_a_GPU" result="Skip"><reason>no GPU here</reason></test><test name="Works" result="Pass" /></collection>
            </assembly></assemblies>
            """);
        var said = new List<string>();

        var counts = TestCounts.Read(_file, said.Add)! + new TestCounts(1, 0, 0);

        Assert.Equal("4 passed, 2 failed, 2 skipped", counts.ToString());
        Assert.False(counts.IsGreen);
        Assert.Equal(["    Needs_a_GPU [SKIP] no GPU here"], said);
    }

    [Fact]
    public void No_test_at_all_is_not_green() => Assert.False(new TestCounts(0, 0, 5).IsGreen);

    [Theory]
    [InlineData("")]
    [InlineData("<assemblies><assembly passed=\"3\"")]
    public void Torn_results_are_no_results(string text)
    {
        File.WriteAllText(_file, text);

        Assert.Null(TestCounts.Read(_file, _ => { }));
    }
}
