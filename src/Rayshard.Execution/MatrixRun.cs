using Newtonsoft.Json.Linq;
using Rayshard.Blender;
using Rayshard.Storage;

namespace Rayshard.Execution;

/// <summary>Renders the same frames on one toolchain after another and measures what moves in between. Nothing is stored.</summary>
internal sealed class MatrixRun(ResolvedExperiment resolved, FrameSample sample, RunEvidence evidence, CancellationToken now) : IDisposable
{
    private readonly List<MatrixCell> _cells = [];
    private readonly List<MatrixStep> _steps = [];
    private readonly IReadOnlyList<long> _frames = [.. sample.Of(new FramePlan(resolved.Experiment).Settings, new FramePlan(resolved.Experiment).Count)];
    private Rendered? _last;

    /// <summary>What came of it so far.</summary>
    public Matrix Matrix => new(resolved.Experiment.Name, _frames, _cells, _steps, evidence.Folder);

    /// <summary>Renders on one more toolchain, a newer one than those before.</summary>
    /// <param name="pin">The toolchain.</param>
    /// <param name="provision">Gets it.</param>
    /// <param name="openPool">Opens its Workers for an experiment.</param>
    public async Task AddAsync(ToolchainPin pin, Func<Experiment, Task<Toolchain>> provision, Func<Toolchain, ResolvedExperiment, WorkerPool> openPool)
    {
        var cell = new MatrixCell(pin, []);
        try
        {
            var (experiment, leftOut) = ExperimentResolver.ResolveOn(resolved.Experiment, resolved.Folder, pin.Id);
            cell = cell with { LeftOut = [.. leftOut.Select(pass => pass.Pass).Distinct()] };
            var toolchain = await provision(experiment).ConfigureAwait(false);
            await using var pool = openPool(toolchain, resolved with { Experiment = experiment });
            var rendered = await RenderAsync(pool, experiment).ConfigureAwait(false);
            _cells.Add(cell with
            {
                Records = [.. rendered.Frames.Select(frame => frame.Record.Address)],
                Fingerprint = await pool.FingerprintAsync(toolchain).ConfigureAwait(false),
                Settings = pool.Evidence!.Settings,
            });
            Step(rendered);
        }
        catch (RayshardException e)
        {
            _cells.Add(cell with { Refusal = e.Message });
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _last?.Dispose();

    private async Task<Rendered> RenderAsync(WorkerPool pool, Experiment experiment)
    {
        var plan = new FramePlan(experiment);
        var rendered = new Rendered(_cells.Count);
        try
        {
            // Each frame, and then the same with another seed: its noise.
            await foreach (var outcome in pool.RenderAsync(_frames.Select(plan.At).SelectMany(frame => new[] { frame, ReproductionRun.Reseeded(frame) }), now, now).ConfigureAwait(false))
            {
                using (outcome)
                {
                    rendered.Add(outcome is RenderedFrame frame
                        ? FrameBlobs.Of(experiment, frame)
                        : throw new RayshardException(ExitCode.Quarantined, $"frame {outcome.Frame.Index} failed {outcome.Failures.Count} times: {outcome.Failures[^1].Reason}"));
                }
            }

            now.ThrowIfCancellationRequested();
            return rendered;
        }
        catch
        {
            rendered.Dispose();
            throw;
        }
    }

    private void Step(Rendered newer)
    {
        if (_last is { } older)
        {
            var (from, to) = (_cells[older.Cell], _cells[newer.Cell]);
            var passes = newer.Frames[0].Record.Passes.Select(pass => pass.Name).Intersect(older.Frames[0].Record.Passes.Select(pass => pass.Name))
                .Select(pass => Measure(pass, older, newer, $"{from.Pin.Id}-{to.Pin.Id}")).ToList();
            var (first, second) = (Version.Parse(from.Pin.Version), Version.Parse(to.Pin.Version));
            var changes = BlenderFacts.Changes.Where(change => change.IsBetween(first, second)
                && passes.Any(pass => pass.Movement > Movement.Identical && change.Explains(IdOf(pass.Pass), pass.Noise.Differing > 0)));
            _steps.Add(new(from.Pin, to.Pin, passes, [.. Settings(from.Settings!, to.Settings!)], [.. changes]));
            older.Dispose();
        }

        _last = newer;
    }

    private string IdOf(string pass) => resolved.Experiment.Passes.Single(request => request.Name == pass).Pass;

    private PassMovement Measure(string pass, Rendered older, Rendered newer, string step)
    {
        var (movement, worst, noise, differing, floats) = (Movement.Identical, default(PassDifference), default(PassDifference), 0L, 0L);
        for (var i = 0; i < newer.Frames.Count; i++)
        {
            var before = older.Frames[i].Pixels(pass);
            var after = newer.Frames[i].Pixels(pass);
            var difference = PassDifference.Of(before, after);
            var another = PassDifference.Of(after, newer.Reseeded[i].Pixels(pass));
            movement = (Movement)Math.Max((int)movement, (int)MovementOf(difference, another));
            (differing, floats) = (differing + difference.Differing, floats + difference.Floats);
            if (worst is null || difference.PsnrDb < worst.PsnrDb)
            {
                (worst, noise) = (difference, another);
            }
        }

        if (movement > Movement.Identical)
        {
            var shape = newer.Frames[0].Record.Passes.Single(p => p.Name == pass);
            DifferencePicture.Write(Path.Combine(evidence.Folder, $"{step}-{pass}.png"), older.Frames[0].Pixels(pass), newer.Frames[0].Pixels(pass), shape.Width, shape.Channels.Count);
        }

        return new(pass, movement, worst!, noise!, (double)differing / floats, older.Mean(pass), newer.Mean(pass));
    }

    // 3 dB: two seeds of one toolchain are as far from each other as that from pair to pair.
    private static Movement MovementOf(PassDifference difference, PassDifference noise) =>
        difference.Differing == 0 ? Movement.Identical
        : difference.PsnrDb >= Tolerance.RoundingDb ? Movement.Rounding
        : noise.Differing > 0 && difference.PsnrDb >= noise.PsnrDb - 3 ? Movement.Noise
        : Movement.Moved;

    private static IEnumerable<(string Path, JToken? Older, JToken? Newer)> Settings(JObject older, JObject newer)
    {
        var (before, after) = (Leaves(older), Leaves(newer));
        return from path in before.Keys.Union(after.Keys).Order(StringComparer.Ordinal)
               let mine = before.GetValueOrDefault(path)
               let theirs = after.GetValueOrDefault(path)
               where !JToken.DeepEquals(mine, theirs)
               select (path, mine, theirs);
    }

    private static Dictionary<string, JToken> Leaves(JObject settings) =>
        settings.Descendants().Where(token => token is JArray or JValue && token.Parent is not JArray).ToDictionary(token => token.Path);

    /// <summary>What one toolchain gave: each frame, and each with another seed.</summary>
    private sealed class Rendered(int cell) : IDisposable
    {
        private readonly List<FrameBlobs> _all = [];

        public int Cell => cell;

        public IReadOnlyList<FrameBlobs> Frames => [.. _all.Where((_, i) => i % 2 == 0)];

        public IReadOnlyList<FrameBlobs> Reseeded => [.. _all.Where((_, i) => i % 2 == 1)];

        public void Add(FrameBlobs blobs) => _all.Add(blobs);

        public double Mean(string pass)
        {
            var (sum, count) = (0.0, 0L);
            foreach (var frame in Frames)
            {
                foreach (var value in frame.Pixels(pass))
                {
                    if (Math.Abs(value) < PassDifference.Far)
                    {
                        (sum, count) = (sum + value, count + 1);
                    }
                }
            }

            return count == 0 ? 0 : sum / count;
        }

        public void Dispose() => _all.ForEach(blobs => blobs.Dispose());
    }
}
