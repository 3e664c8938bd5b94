using System.Globalization;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Rayshard.Blender;

namespace Rayshard.Execution;

/// <summary>
/// <c>progress.json</c> of a run: the counts, how many frames were settled when, and which were slowest. Written anew about once a second, whole
/// each time and of bounded size, so that whoever looks on reads it without a link into this process.
/// </summary>
internal sealed class RunProgressFile(string folder, TimeProvider time)
{
    /// <summary>The file's name.</summary>
    public const string FileName = "progress.json";

    private const int MaxPoints = 512;
    private const int Slowest = 16;

    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(1);

    private readonly DateTimeOffset _started = time.GetUtcNow();
    private readonly PriorityQueue<long, double> _slowest = new();
    private readonly List<(double Seconds, long Done)> _rate = [];
    private long? _written;
    private int _every = 1;
    private int _skipped;

    /// <summary>Notes how long Blender took for a frame.</summary>
    public void Rendered(long index, double seconds)
    {
        _slowest.Enqueue(index, seconds);
        if (_slowest.Count > Slowest)
        {
            _slowest.Dequeue();
        }
    }

    /// <summary>Writes the file where the last time is a second ago, or where the run has ended.</summary>
    /// <param name="progress">The counts.</param>
    /// <param name="workers">How the Workers are; asked only where the file is written.</param>
    /// <param name="ended">How the run ended; absent while it goes on.</param>
    public void Write(RenderProgress progress, Func<IReadOnlyList<WorkerState>> workers, string? ended = null)
    {
        if (ended is null && _written is { } last && time.GetElapsedTime(last) < s_every)
        {
            return;
        }

        _written = time.GetTimestamp();
        Note((progress.Elapsed.TotalSeconds, progress.Done));
        var file = Path.Combine(folder, FileName);
        try
        {
            File.WriteAllText(file + ".tmp", Json(progress, workers(), ended).ToString(Formatting.None) + "\n");
            File.Move(file + ".tmp", file, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Evidence only: the frames matter more than what is written about them.
        }
    }

    // When there are too many points every other one goes, and from then on half as many are noted.
    private void Note((double Seconds, long Done) point)
    {
        if (++_skipped < _every)
        {
            return;
        }

        _skipped = 0;
        _rate.Add(point);
        if (_rate.Count > MaxPoints)
        {
            var i = 0;
            _rate.RemoveAll(_ => i++ % 2 == 1);
            _every *= 2;
        }
    }

    private JObject Json(RenderProgress progress, IReadOnlyList<WorkerState> workers, string? ended) => new()
    {
        ["experiment"] = progress.Experiment,
        ["pid"] = Environment.ProcessId,
        ["started"] = Text(_started),
        ["written"] = Text(time.GetUtcNow()),
        ["ended"] = ended,
        ["elapsed_seconds"] = progress.Elapsed.TotalSeconds,
        ["frames"] = progress.Frames,
        ["rendered"] = progress.Rendered,
        ["reused"] = progress.Reused,
        ["failed"] = progress.Failed,
        ["failed_tries"] = progress.FailedTries,
        ["workers"] = new JArray(workers.Select(worker => new JObject { ["number"] = worker.Number, ["pid"] = worker.Pid, ["rendered"] = worker.Rendered, ["starts"] = worker.Starts })),
        ["rate"] = new JArray(_rate.Select(point => new JArray(Math.Round(point.Seconds, 3), point.Done))),
        ["slowest"] = new JArray(_slowest.UnorderedItems.OrderByDescending(frame => frame.Priority).Select(frame => new JArray(frame.Element, frame.Priority))),
    };

    private static string Text(DateTimeOffset moment) => moment.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}
