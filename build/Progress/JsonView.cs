using Newtonsoft.Json.Linq;
using Rayshard.Execution;

namespace Rayshard.Build.Progress;

/// <summary>Shows a render as JSON, an object a line, at most one a second for each experiment. The summary that follows has the last word.</summary>
public sealed class JsonView(Terminal terminal, TimeProvider time) : IRenderView
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _said = [];

    /// <inheritdoc/>
    public Task<T> ShowAsync<T>(Func<IProgress<RenderProgress>, Task<T>> render) => render(new Latest(Report));

    /// <summary>A report as JSON.</summary>
    public static JObject Json(string type, RenderProgress p)
    {
        var json = Counts(type, p);
        if (p.Calibration.Length > 0)
        {
            json["calibration"] = p.Calibration;
        }

        return json;
    }

    private static JObject Counts(string type, RenderProgress p) => new()
    {
        ["type"] = type,
        ["experiment"] = p.Experiment,
        ["frames"] = p.Frames,
        ["rendered"] = p.Rendered,
        ["reused"] = p.Reused,
        ["failed"] = p.Failed,
        ["failed_tries"] = p.FailedTries,
        ["bytes"] = p.Bytes,
        ["shards"] = p.Shards,
        ["shards_sealed"] = p.ShardsSealed,
        ["seconds"] = Math.Round(p.Elapsed.TotalSeconds, 3),
    };

    private void Report(RenderProgress progress)
    {
        lock (_lock)
        {
            if (_said.TryGetValue(progress.Experiment, out var said) && time.GetElapsedTime(said) < s_every)
            {
                return;
            }

            _said[progress.Experiment] = time.GetTimestamp();
            terminal.Answer(Json("progress", progress));
        }
    }
}
