using Rayshard.Build.Progress;
using Rayshard.Execution;

namespace Rayshard.Build.Tests.Progress;

public sealed class SummaryTests : IDisposable
{
    private readonly StringWriter _answers = new() { NewLine = "\n" };
    private readonly StringWriter _talk = new() { NewLine = "\n" };

    private static RenderProgress Progress => new("first-light", 256) { Rendered = 200, Reused = 53, Failed = 3, Bytes = 70_364_160, Shards = 1, ShardsSealed = 1, Elapsed = TimeSpan.FromSeconds(80) };

    public void Dispose()
    {
        _answers.Dispose();
        _talk.Dispose();
    }

    [Fact]
    public void It_says_the_counts_where_things_are_and_what_to_type()
    {
        Tell(new(Progress with { Failed = 0, Reused = 56 }, IsInterrupted: false, "/r/artifacts/runs/first-light/1", "/r/artifacts/store/first-light-1"));

        Assert.Equal(
            "first-light: 200 rendered, 56 reused, 0 failed, of 256 frames; 80.0 s, 2.50 frames/s; 67.1 MiB in 1 of 1 shard\n"
            + "  shards: artifacts/store/first-light-1\n"
            + "Done. To check every byte: dotnet cake --target=Verify\n",
            _talk.ToString());
    }

    [Fact]
    public void A_machine_unlike_those_before_is_said_to_be()
    {
        Tell(new RenderSummary(Progress with { Failed = 0 }, IsInterrupted: false, null, "/s") { Unlike = ["Cycles' CPU kernel: sse here, avx2 in the store"] });

        Assert.Contains("unlike those that rendered before, so bits may differ between its frames and theirs: Cycles' CPU kernel: sse here", _talk.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Quarantined_frames_have_their_own_exit_code_and_their_evidence_is_named()
    {
        var thrown = Assert.Throws<ToldException>(() => Tell(new(Progress, IsInterrupted: false, "/r/artifacts/runs/first-light/1", "/s")));

        Assert.Equal(ExitCode.Quarantined, thrown.ExitCode);
        Assert.Contains("artifacts/runs/first-light/1/quarantine.jsonl", _talk.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_interrupted_run_ends_as_interrupted_even_with_quarantined_frames()
    {
        var thrown = Assert.Throws<ToldException>(() => Tell(new(Progress, IsInterrupted: true, null, "/s")));

        Assert.Equal(ExitCode.Interrupted, thrown.ExitCode);
    }

    [Fact]
    public void As_JSON_it_is_one_object_on_a_line_and_the_talk_goes_elsewhere()
    {
        new Summary(new(_answers, _talk), new("/r")).Tell([new(Progress with { Failed = 0 }, false, null, "/s")], json: true, isInterrupted: false);

        Assert.Equal(
            """{"type":"summary","experiment":"first-light","frames":256,"rendered":200,"reused":53,"failed":0,"failed_tries":0,"bytes":70364160,"shards":1,"shards_sealed":1,"seconds":80.0,"interrupted":false,"run_folder":null,"shard_folder":"/s","scene_engine":null,"unlike":[]}""" + "\n",
            _answers.ToString());
    }

    private void Tell(RenderSummary summary) => new Summary(new(_answers, _talk), new("/r")).Tell([summary], json: false, isInterrupted: false);
}
