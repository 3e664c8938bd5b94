using VerifyXunit;

namespace Rayshard.Inspection.Tests;

/// <summary>The inspection against pictures whose past is known.</summary>
public sealed class LabelledSetTests(LabelledSet set)
{
    [Fact]
    public async Task No_lossy_case_is_called_raw_and_no_honest_one_quantised()
    {
        var cases = await set.CasesAsync();

        Assert.True(cases.Count >= 40, $"{cases.Count} cases");
        Assert.Equal(4, cases.Select(one => one.Scene).Distinct().Count());
        var wrong = cases.Where(one => one.IsLossy ? one.Found.Verdict == Verdict.Raw : one.Found.IsLossy).Select(Told).ToList();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public async Task Every_case_and_the_confusion_matrix() => await Verifier.Verify(Table(await set.CasesAsync()));

    private static string Table(IReadOnlyList<LabelledCase> cases)
    {
        Verdict[] verdicts = [Verdict.Raw, Verdict.CannotTell, Verdict.Doubtful, Verdict.Altered, Verdict.Quantised];
        string Row(string label, IEnumerable<LabelledCase> some) =>
            $"{label,-8}" + string.Concat(verdicts.Select(verdict => $"{some.Count(one => one.Found.Verdict == verdict),12}")) + "\n";
        return $"{"",-8}" + string.Concat(verdicts.Select(verdict => $"{verdict,12}")) + "\n"
            + Row("honest", cases.Where(one => !one.IsLossy)) + Row("lossy", cases.Where(one => one.IsLossy)) + "\n"
            + string.Concat(cases.Select(one => $"{(one.IsLossy ? "lossy" : "honest"),-8}{one.Name,-40}{one.Declared,-10}{one.Found.Verdict}\n"));
    }

    private static string Told(LabelledCase one) =>
        $"{one.Name}: {string.Join("; ", one.Found.Passes.SelectMany(pass => pass.Channels).Select(channel => $"{channel.Channel}: {channel.Line}"))}";
}
