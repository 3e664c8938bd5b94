using System.Globalization;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Rayshard.Blender;

namespace Rayshard.Execution;

/// <summary>
/// The folder of one run of one experiment: what Blender printed, what decided the pixels, how it went, and what was quarantined. Evidence
/// for people: reports show it, nothing decides by it.
/// </summary>
internal sealed class RunEvidence
{
    private readonly Experiment _experiment;

    public RunEvidence(string runsFolder, Experiment experiment, TimeProvider time)
    {
        _experiment = experiment;
        var name = time.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        Folder = Path.Combine(runsFolder, experiment.Name, $"{name}-{Environment.ProcessId}");
        Directory.CreateDirectory(LogFolder);
        Progress = new(Folder, time);
    }

    /// <summary>How the run goes.</summary>
    public RunProgressFile Progress { get; }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>Where the Workers' output goes.</summary>
    public string LogFolder => Path.Combine(Folder, "log");

    /// <summary>Writes down what rendered: toolchain, build, CPU class, every setting as Blender had it.</summary>
    public async Task WriteProvenanceAsync(Toolchain toolchain, WorkerPool pool, string shardFolder, TimeProvider time)
    {
        if (pool.Evidence is not { } worker)
        {
            return;
        }

        var fingerprint = await pool.FingerprintAsync(toolchain).ConfigureAwait(false);
        if (fingerprint is not null)
        {
            StoredFingerprints.Add(shardFolder, fingerprint);
        }

        File.WriteAllText(Path.Combine(Folder, "provenance.json"), new JObject
        {
            ["experiment"] = _experiment.Name,
            ["settings"] = new FramePlan(_experiment).Settings.ToString(),
            ["toolchain"] = toolchain.Pin.Id,
            ["executable_sha256"] = toolchain.ExecutableDigest.ToString(),
            ["cpu_class"] = toolchain.CpuClass.ToString(),
            ["fingerprint"] = fingerprint?.ToJson(),
            ["worker"] = worker.Hello,
            ["rendered_with"] = worker.Settings,
            ["workers_started"] = pool.WorkersStarted,
            ["workers_at_work"] = pool.WorkersAtWork,
            ["calibration"] = pool.Calibration,
            ["failed_tries"] = pool.FailedTries,
            ["written"] = time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
        }.ToString(Formatting.Indented) + "\n");
    }

    /// <summary>Adds a quarantined frame to <c>quarantine.jsonl</c>: parameters, every try with its log's tail, and the command that reproduces it.</summary>
    public void Quarantine(QuarantinedFrame outcome)
    {
        var frame = outcome.Frame;
        File.AppendAllText(Path.Combine(Folder, "quarantine.jsonl"), new JObject
        {
            ["index"] = frame.Index,
            ["frame"] = frame.Key.ToString(),
            ["parameters"] = new JObject(frame.Values.Select((value, i) => new JProperty(_experiment.Parameters[i].Name, value.ToJson()))),
            ["reproduce"] = Reproduce(_experiment, frame),
            ["tries"] = new JArray(outcome.Failures.Select(failure => new JObject
            {
                ["kind"] = failure.Kind.ToString(),
                ["reason"] = failure.Reason,
                ["detail"] = failure.Detail,
                ["exit_code"] = failure.ExitCode,
                ["signal"] = failure.Signal,
                ["log"] = failure.Log,
                ["log_tail"] = failure.LogTail,
            })),
        }.ToString(Formatting.None) + "\n");
    }

    /// <summary>The command that renders one frame alone and shows why it fails.</summary>
    public static string Reproduce(Experiment experiment, Frame frame) =>
        $"dotnet cake --target=Render --experiment={experiment.Name} --frame={frame.Index.ToString(CultureInfo.InvariantCulture)}";
}
