using System.Globalization;
using Newtonsoft.Json.Linq;
using Rayshard.Execution;

namespace Rayshard.Build.Progress;

/// <summary>What is said when a render has ended: the counts, where things are, and what to type next.</summary>
public sealed class Summary(Terminal terminal, Folders folders)
{
    /// <summary>Says it.</summary>
    /// <exception cref="ToldException">Frames were quarantined, or the user ended the run.</exception>
    public void Tell(IReadOnlyList<RenderSummary> summaries, bool json, bool isInterrupted)
    {
        foreach (var summary in summaries)
        {
            if (json)
            {
                terminal.Answer(Json(summary));
            }
            else
            {
                Say(summary);
            }
        }

        // Interrupted comes first: the run is not done, so it can't be done with quarantined frames.
        isInterrupted |= summaries.Any(summary => summary.IsInterrupted);
        var code = isInterrupted ? ExitCode.Interrupted : summaries.Select(summary => summary.ExitCode).DefaultIfEmpty(ExitCode.Done).Max();
        terminal.Say(code switch
        {
            ExitCode.Interrupted => "Interrupted. What was stored is kept; the same command goes on from there.",
            ExitCode.Quarantined => "Done, with quarantined frames.",
            _ => "Done. To check every byte: dotnet cake --target=Verify",
        });
        if (code != ExitCode.Done)
        {
            throw new ToldException(code);
        }
    }

    private void Say(RenderSummary summary)
    {
        var p = summary.Progress;
        var seconds = p.Elapsed.TotalSeconds;
        terminal.Say(string.Create(CultureInfo.InvariantCulture, $"{p.Experiment}: {Words.Count(p.Rendered)} rendered, {Words.Count(p.Reused)} reused, {Words.Count(p.Failed)} failed, of {Words.Count(p.Frames, "frame")}; {seconds:0.0} s, {Words.Rate(p.Rendered / Math.Max(seconds, 0.001))} frames/s; {Words.Bytes(p.Bytes)} in {p.ShardsSealed} of {Words.Count(p.Shards, "shard")}"));
        if (p.Calibration.Length > 0)
        {
            terminal.Say($"{p.Experiment}: {p.Calibration} (--workers=N settles it)");
        }

        terminal.Say($"  shards: {folders.Show(summary.ShardFolder)}");
        if (summary.Unlike.Count > 0)
        {
            terminal.Say($"  this machine is unlike those that rendered before, so bits may differ between its frames and theirs: {string.Join("; ", summary.Unlike)}");
        }

        if (p.Failed > 0 && summary.RunFolder is { } run)
        {
            terminal.Say($"  quarantined, with log and the command that reproduces each: {folders.Show(Path.Combine(run, "quarantine.jsonl"))}");
        }
        else if (p.Failed > 0)
        {
            terminal.Say($"  quarantined by an earlier run: see {folders.Show(Path.Combine(folders.Runs, p.Experiment))}");
        }
    }

    private static JObject Json(RenderSummary summary)
    {
        var json = JsonView.Json("summary", summary.Progress);
        json["interrupted"] = summary.IsInterrupted;
        json["run_folder"] = summary.RunFolder;
        json["shard_folder"] = summary.ShardFolder;
        json["scene_engine"] = summary.SceneEngine;
        json["unlike"] = new JArray(summary.Unlike);
        return json;
    }
}
