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
        AssertNoneIsWrong(cases);
    }

    [Fact]
    public async Task Nor_in_scenes_sizes_and_routes_that_it_was_not_tuned_with()
    {
        var cases = await set.HeldOutAsync();

        Assert.Empty(cases.Select(one => one.Name).Intersect((await set.CasesAsync()).Select(one => one.Name)));
        AssertNoneIsWrong(cases);
    }

    [Fact]
    public async Task Dithering_is_seen_where_there_is_dithering_and_nowhere_else()
    {
        var dithered = (await set.CasesAsync()).Concat(await set.HeldOutAsync()).Where(IsDithered).Select(one => one.Name).ToList();

        Assert.Contains("glow/png8-agx-dithered-1", dithered);
        Assert.All(dithered, name => Assert.Contains("dithered", name, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_case_and_the_confusion_matrix() => await Verifier.Verify(Table(await set.CasesAsync()));

    [Fact]
    public async Task Every_held_out_case_and_their_confusion_matrix() => await Verifier.Verify(Table(await set.HeldOutAsync()));

    private static void AssertNoneIsWrong(IReadOnlyList<LabelledCase> cases)
    {
        var wrong = cases.Where(one => one.Past == Past.Lossy ? one.Found.Verdict == Verdict.Raw : one.Found.IsLossy).Select(Told).ToList();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static string Table(IReadOnlyList<LabelledCase> cases)
    {
        Verdict[] verdicts = [Verdict.Raw, Verdict.CannotTell, Verdict.Doubtful, Verdict.Altered, Verdict.Quantised];
        string Row(Past past) => $"{Word(past),-8}" + string.Concat(verdicts.Select(verdict => $"{cases.Count(one => one.Past == past && one.Found.Verdict == verdict),12}")) + "\n";
        return $"{"",-8}" + string.Concat(verdicts.Select(verdict => $"{verdict,12}")) + "\n"
            + string.Concat(Enum.GetValues<Past>().Where(past => cases.Any(one => one.Past == past)).Select(Row)) + "\n"
            + string.Concat(cases.Select(one => $"{Word(one.Past),-8}{one.Name,-40}{one.Declared,-10}{one.Found.Verdict}{(IsDithered(one) ? ", dithered 8-bit" : "")}\n"));
    }

    private static bool IsDithered(LabelledCase one) => one.Found.Passes.Any(pass => pass.Channels.Any(channel => channel.Notes.Any(note => note.StartsWith("dithered 8-bit: ", StringComparison.Ordinal))));

    private static string Word(Past past) => past.ToString().ToLowerInvariant();

    private static string Told(LabelledCase one) =>
        $"{one.Name}: {string.Join("; ", one.Found.Passes.SelectMany(pass => pass.Channels).Select(channel => $"{channel.Channel}: {channel.Line}"))}";
}
