using System.Globalization;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Rayshard.Execution;

namespace Rayshard.Build.Verbs;

/// <summary>Renders a sample again and tells what came of it: a table, one JSON, and the exit code.</summary>
public sealed class Reproducing(KitContext context)
{
    private const string JsonName = "reproduce.json";
    private const int MaxFacts = 24;

    /// <summary>Goes through the experiments.</summary>
    /// <exception cref="ToldException">A pass is different (<see cref="ExitCode.NotSo"/>).</exception>
    public async Task RunAsync()
    {
        var worst = Grade.Identical;
        var (experiments, store) = await BundlePlace.ExperimentsAsync(context).ConfigureAwait(false);
        foreach (var experiment in experiments)
        {
            if (experiment.Experiment.CarriedPin is { } pin)
            {
                context.Terminal.Say($"By the bundle's own pin: Blender {pin.Version} ({pin.Build}){(pin.Provider.Length > 0 ? $" by {pin.Provider}" : "")}. In blender/toolchains.json '{pin.Id}' is {(BlenderFacts.Toolchains.TryGetValue(pin.Id, out var here) ? $"Blender {here.Version} ({here.Build})" : "not pinned")}.");
            }

            var reproduction = await context.Kit.ReproduceAsync(experiment, new()
            {
                Render = Rendering.Request(context, [experiment]) with { StoreFolder = store },
                Sample = context.Options.Sample ?? FrameSample.Parse("16"),
                Kernel = context.Options.Kernel,
                Isolation = context.Options.Isolation,
            }, context.Interruption.Finish).ConfigureAwait(false);
            var json = Json(reproduction, experiment.Experiment);
            File.WriteAllText(Path.Combine(reproduction.Folder, JsonName), json.ToString(Formatting.Indented) + "\n");
            if (context.Options.Json)
            {
                context.Terminal.Answer(json);
            }
            else
            {
                Tell(reproduction);
            }

            worst = (Grade)Math.Max((int)worst, (int)reproduction.Grade);
        }

        if (worst == Grade.Different)
        {
            throw new ToldException(ExitCode.NotSo);
        }
    }

    private void Tell(Reproduction done)
    {
        var say = context.Terminal.Say;
        say($"### {done.Experiment}: {Word(done.Grade)}");
        say("");
        say("| pass | identical | within tolerance | different | floats that differ | max abs | max ULP | PSNR dB | noise dB |");
        say("|---|---:|---:|---:|---:|---:|---:|---:|---:|");
        foreach (var pass in done.Frames.SelectMany(frame => frame.Passes).GroupBy(pass => pass.Pass))
        {
            int Count(Grade grade) => pass.Count(verdict => verdict.Grade == grade);
            var worst = pass.MinBy(verdict => verdict.Difference.PsnrDb)!;
            var share = (double)pass.Sum(verdict => verdict.Difference.Differing) / Math.Max(1, pass.Sum(verdict => verdict.Difference.Floats));
            say(string.Create(CultureInfo.InvariantCulture, $"| {pass.Key} | {Count(Grade.Identical)} | {Count(Grade.WithinTolerance)} | {Count(Grade.Different)} "
                + $"| {100 * share:0.###} % | {pass.Max(verdict => verdict.Difference.MaxAbs):G3} | {pass.Max(verdict => verdict.Difference.MaxUlp)} | {Decibels(worst.Difference)} | {(worst.Noise is { } noise ? Decibels(noise) : "-")} |"));
        }

        say("");
        foreach (var frame in done.Frames.Where(frame => frame.Passes.Count == 0))
        {
            say($"Frame {frame.Index} could not be rendered: {frame.Failures[^1].Reason}");
        }

        foreach (var frame in done.Frames.Where(frame => frame.Passes.Any(pass => pass.Grade == Grade.Different)).Take(8))
        {
            say($"Frame {frame.Index}: {string.Join(", ", frame.Passes.Where(pass => pass.Grade == Grade.Different).Select(pass => pass.Pass))} different{(context.Options.Isolation ? " after other frames than alone: state leaks from frame to frame" : "")}");
        }

        if (done.Missing.Count > 0)
        {
            say($"{done.Missing.Count} chosen frames are not in the store: {string.Join(", ", done.Missing.Take(8))}{(done.Missing.Count > 8 ? ", ..." : "")}");
        }

        if (done.Grade != Grade.Identical && !context.Options.Isolation)
        {
            say(Cause(done));
            SayFacts(done);
        }

        say($"Frames: {done.Frames.Count}. Report{(done.Grade == Grade.Identical ? "" : " and difference pictures")}: {context.Folders.Show(done.Folder)}");
        say("");
    }

    // The fingerprints side by side. A hundred libraries of another release would bury the rest: the JSON has them all.
    private void SayFacts(Reproduction done)
    {
        var facts = done.Stored.SelectMany(stored => done.Here!.Differences(stored)).Distinct().ToList();
        if (facts.Count == 0)
        {
            return;
        }

        context.Terminal.Say("");
        context.Terminal.Say("| fact | here | in the store |");
        context.Terminal.Say("|---|---|---|");
        foreach (var (fact, here, stored) in facts.OrderBy(fact => fact.Fact.StartsWith("library.", StringComparison.Ordinal)).Take(MaxFacts))
        {
            context.Terminal.Say($"| {fact} | {here ?? "-"} | {stored ?? "-"} |");
        }

        context.Terminal.Say(facts.Count > MaxFacts ? $"and {facts.Count - MaxFacts} more in {JsonName}" : "");
    }

    private static string Cause(Reproduction done) => done switch
    {
        { Causes.Count: > 0 } => $"Likely cause: {string.Join("; ", done.Causes)}",
        { Stored.Count: 0 } => "Likely cause: not known, because the store does not say what rendered it (no fingerprints folder)",
        _ => "Likely cause: nothing that was written down differs, so the scene itself does: random numbers of its own, the clock, mesh operators (Blender's own spheres have another order of faces in each process); or a faulty machine",
    };

    private static JObject Json(Reproduction done, Experiment experiment) => new()
    {
        ["type"] = "reproduction",
        ["experiment"] = done.Experiment,
        ["settings"] = new FramePlan(experiment).Settings.ToString(),
        ["grade"] = Word(done.Grade),
        ["frames"] = new JArray(done.Frames.Select(frame => new JObject
        {
            ["index"] = frame.Index,
            ["grade"] = Word(frame.Grade),
            ["passes"] = new JObject(frame.Passes.Select(pass => new JProperty(pass.Pass, new JObject
            {
                ["grade"] = Word(pass.Grade),
                ["differing"] = pass.Difference.Differing,
                ["floats"] = pass.Difference.Floats,
                ["max_abs"] = Number(pass.Difference.MaxAbs),
                ["max_ulp"] = pass.Difference.MaxUlp,
                ["psnr_db"] = Number(pass.Difference.PsnrDb),
                ["noise_psnr_db"] = pass.Noise is null ? null : Number(pass.Noise.PsnrDb),
            }))),
            ["failures"] = new JArray(frame.Failures.Select(failure => failure.Reason)),
        })),
        ["missing"] = new JArray(done.Missing),
        ["causes"] = new JArray(done.Causes),
        ["differences"] = new JArray(done.Stored.Select(stored => new JObject(done.Here!.Differences(stored).Select(fact => new JProperty(fact.Fact, new JArray(new JValue(fact.Mine), new JValue(fact.Other))))))),
        ["here"] = done.Here?.ToJson(),
    };

    // JSON has no infinity: null is a difference without a bound, or no difference at all.
    private static JToken? Number(double value) => double.IsFinite(value) ? value : null;

    private static string Decibels(PassDifference difference) =>
        double.IsPositiveInfinity(difference.PsnrDb) ? "same" : difference.PsnrDb.ToString("0.0", CultureInfo.InvariantCulture);

    private static string Word(Grade grade) => grade switch { Grade.Identical => "identical", Grade.WithinTolerance => "within tolerance", _ => "different" };
}
