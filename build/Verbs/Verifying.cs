using Newtonsoft.Json.Linq;
using Rayshard.Build.Progress;
using Rayshard.Reporting;
using Rayshard.Storage;

namespace Rayshard.Build.Verbs;

/// <summary>Reads the store again, names what is wrong, and leaves a note for the report.</summary>
public sealed class Verifying(KitContext context)
{
    /// <summary>Verifies the experiments that were named, or all that the store holds.</summary>
    /// <exception cref="ToldException">Something is wrong (<see cref="ExitCode.NotSo"/>).</exception>
    public void Run()
    {
        var names = context.Options.Experiments.Count == 0 ? [null] : context.Experiments.Select(resolved => resolved.Experiment.Name).ToArray<string?>();
        var faults = names.Sum(Verify);
        if (faults > 0)
        {
            throw new ToldException(ExitCode.NotSo);
        }
    }

    private long Verify(string? experiment)
    {
        var verifier = new Verifier(context.Options.Store, new() { Quick = context.Options.Quick, Experiment = experiment });
        var note = new VerifyNote(context.Folders.Runs, context.Options.Store, context.Options.Quick, TimeProvider.System);
        var isWhole = false;
        try
        {
            foreach (var fault in verifier.Run(context.Interruption.Finish))
            {
                note.Add(fault);
                Tell(fault);
            }

            isWhole = true;
        }
        finally
        {
            note.Write(verifier.ShardsRead, isWhole);
        }

        Tell(verifier.Counts, experiment);
        return verifier.Counts.Faults;
    }

    private void Tell(Fault fault)
    {
        if (!context.Options.Json)
        {
            context.Terminal.Say(fault.ToString());
            return;
        }

        context.Terminal.Answer(new JObject
        {
            ["type"] = "fault",
            ["file"] = fault.File,
            ["offset"] = fault.Offset,
            ["entry"] = fault.Entry,
            ["kind"] = fault.Kind.ToString(),
            ["reason"] = fault.Reason,
        });
    }

    private void Tell(VerifyCounts counts, string? experiment)
    {
        if (context.Options.Json)
        {
            context.Terminal.Answer(new JObject
            {
                ["type"] = "verified",
                ["experiment"] = experiment,
                ["quick"] = context.Options.Quick,
                ["shards"] = counts.Shards,
                ["frames"] = counts.Frames,
                ["missing"] = counts.Missing,
                ["bytes"] = counts.Bytes,
                ["faults"] = counts.Faults,
            });
            return;
        }

        var missing = counts.Missing > 0 ? $" ({Words.Count(counts.Missing)} quarantined and not there)" : "";
        context.Terminal.Say($"{experiment ?? "Store"}{(context.Options.Quick ? ", quick" : "")}: {Words.Count(counts.Shards, "shard")}, {Words.Count(counts.Frames, "frame")}{missing}, "
            + $"{Words.Bytes(counts.Bytes)}: {(counts.Faults == 0 ? "all is as it should be" : Words.Count(counts.Faults, "fault"))}");
    }
}
