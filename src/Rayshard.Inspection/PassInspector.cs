using Rayshard.Storage;

namespace Rayshard.Inspection;

/// <summary>Inspects one pass of a shard's frames, one after another.</summary>
/// <param name="pass">The pass.</param>
/// <param name="experiment">Its experiment; absent where only a shard is known.</param>
/// <param name="frames">Frames that will come.</param>
internal sealed class PassInspector(ShardPass pass, Experiment? experiment, long frames)
{
    private const string Declared = "float32";
    private const string Bounded = "nothing is above 1: whether a view transform was baked in can't be seen without knowing the scene; the experiment 'ramp' shows it";

    private readonly PassScan _scan = new(pass.Channels, frames * pass.Height * pass.Width);
    private readonly NoisePattern _noise = new(pass.Channels.Count);
    private readonly string? _unit = experiment?.Passes.Single(asked => asked.Name == pass.Name) is { } request ? BlenderFacts.Passes[request.Pass].Unit : null;
    private readonly KnownRamp? _ramp = experiment is null ? null : KnownRamp.TryFor(experiment, pass);

    /// <summary>Reads a frame's blob, in pieces.</summary>
    public void Add(ShardReader shard, FrameEntry entry, int place, float[] buffer)
    {
        var floats = (long)pass.Height * pass.Width * pass.Channels.Count;
        var whole = buffer.Length / pass.Channels.Count * pass.Channels.Count;
        var gain = _ramp is null ? 1 : KnownRamp.GainOf(shard, entry);
        for (long first = 0; first < floats; first += whole)
        {
            var piece = buffer.AsSpan(0, (int)Math.Min(whole, floats - first));
            shard.ReadFloats(entry, place, first, piece);
            _scan.Add(piece);
            _ramp?.Add(piece, gain);
            if (first == 0)
            {
                _noise.Add(entry.Index, piece);
            }
        }
    }

    /// <summary>What came of it.</summary>
    public PassInspection Judge() => Judge(_scan, pass, _unit, Declared, frames, _ramp, _unit == "scene-linear" ? _noise.Notes() : []);

    /// <summary>Judges what was read.</summary>
    public static PassInspection Judge(PassScan scan, ShardPass pass, string? unit, string declared, long frames, KnownRamp? ramp, IEnumerable<string> notes)
    {
        var channels = pass.Channels.Select((label, i) =>
        {
            var verdict = ChannelJudge.Judge(new(label, unit), declared, scan.Screen[i], scan.Sample.Values(i), () => scan.Neighbours(i));
            return ramp?.Judge(i, verdict) ?? verdict;
        }).ToList();
        var light = channels.Where(channel => new ChannelKind(channel.Channel, unit).IsLight && !channel.Statistics.IsConstant).ToList();
        var mayBeTransformed = ramp is null && light.Count > 0 && light.All(channel => channel.Statistics is { Min: >= 0, Max: <= 1 } && channel.Verdict < Verdict.Altered);
        return new(pass.Name, declared, pass.Height, pass.Width, frames, channels,
            [.. notes, .. AlphaNote.Of(pass.Channels, scan.Sample), .. mayBeTransformed ? [Bounded] : Array.Empty<string>()]);
    }
}
