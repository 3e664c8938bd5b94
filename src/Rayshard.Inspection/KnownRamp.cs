using System.Globalization;
using Rayshard.Storage;

namespace Rayshard.Inspection;

/// <summary>
/// The scene of the experiment <c>ramp</c>, whose every value is known: what is stored is held against it, to the bit. A curve that was applied, as by a
/// view transform, leaves no grid behind and shows in nothing else.
/// </summary>
internal sealed class KnownRamp
{
    /// <summary>The experiment's name.</summary>
    public const string ExperimentName = "ramp";

    private const string Gain = "gain";

    private const int Size = 64;
    private const int Colors = 3;

    // Below it a picture's own steps are larger than the values.
    private const float MinForRatio = 0.01f;
    private const double Straight = 1e-5;

    private readonly int _channels;
    private readonly (long Equal, long Values, double MinRatio, double MaxRatio)[] _found = new (long, long, double, double)[Colors];
    private long _floats;

    private KnownRamp(int channels)
    {
        _channels = channels;
        Array.Fill(_found, (0, 0, double.PositiveInfinity, double.NegativeInfinity));
    }

    /// <summary>A ramp for pictures of this size.</summary>
    /// <exception cref="RayshardException">No picture of that scene has this size.</exception>
    public static KnownRamp For(string what, int height, int width, int channels) => height == Size && width == Size && channels >= Colors
        ? new(channels)
        : throw new RayshardException(ExitCode.AskedWrongly, $"{what}: {width}x{height} of {channels} channels is no picture of experiment '{ExperimentName}', which is {Size}x{Size} in RGB: leave out --experiment, or render that scene");

    /// <summary>A ramp where a pass is that of the shipped experiment, else nothing.</summary>
    public static KnownRamp? TryFor(Experiment experiment, ShardPass pass) =>
        experiment is { Name: ExperimentName, Parameters: [{ Name: Gain }] } && pass is { Name: "combined", Height: Size, Width: Size, Channels.Count: >= Colors } ? new(pass.Channels.Count) : null;

    /// <summary>By what a frame's known values are multiplied.</summary>
    public static float GainOf(ShardReader shard, FrameEntry entry)
    {
        using var frame = shard.Read(entry);
        return (float)frame.Record.Parameters.Single(parameter => parameter.Key == Gain).Value.Numbers.Single();
    }

    /// <summary>Takes the next pixels of a picture.</summary>
    public void Add(ReadOnlySpan<float> pixels, float gain)
    {
        for (var i = 0; i < pixels.Length; i += _channels)
        {
            var pixel = (int)(_floats / _channels % (Size * Size));
            for (var channel = 0; channel < Colors; channel++)
            {
                Compare(ref _found[channel], pixels[i + channel], Color(pixel, channel) * gain);
            }

            _floats += _channels;
        }
    }

    /// <summary>The verdict on a channel, with what is known of it.</summary>
    public ChannelVerdict Judge(int channel, ChannelVerdict blind)
    {
        if (channel >= Colors)
        {
            return blind;
        }

        var (equal, values, least, greatest) = _found[channel];
        var declared = blind.Line[..blind.Line.IndexOf(',', StringComparison.Ordinal)];
        return equal == values ? Say(blind, Verdict.Raw, $"{declared}, raw: each of {values} values is the known one of the ramp, to the bit")
            : blind.Verdict == Verdict.Quantised ? blind with { Notes = [.. blind.Notes, $"{values - equal} of {values} values are not the ramp's"] }
            : greatest - least <= Straight * least ? blind with { Notes = [.. blind.Notes, string.Create(CultureInfo.InvariantCulture, $"in step with the ramp, {least:G6} times its values")] }
            : Say(blind, Verdict.Altered, string.Create(CultureInfo.InvariantCulture, $"{declared}, altered: stored values are {least:G3} to {greatest:G3} times the ramp's known ones: a view transform or another curve, or a bound"));
    }

    // What experiments/ramp/scene.py emits, in the same arithmetic; a test holds it against Ramp.Color.
    internal static float Color(int pixel, int channel) => channel switch
    {
        0 => 0.25f + (pixel * MathF.Pow(2, -22)),
        1 => 1 + (pixel / 16f),
        _ => MathF.Pow(2, -(pixel % 96)),
    };

    private static void Compare(ref (long Equal, long Values, double MinRatio, double MaxRatio) found, float stored, float known)
    {
        found.Values++;
        found.Equal += BitConverter.SingleToInt32Bits(stored) == BitConverter.SingleToInt32Bits(known) ? 1 : 0;
        if (known >= MinForRatio)
        {
            found.MinRatio = Math.Min(found.MinRatio, (double)stored / known);
            found.MaxRatio = Math.Max(found.MaxRatio, (double)stored / known);
        }
    }

    // What was found without knowing the scene, as its even steps, is explained by it.
    private static ChannelVerdict Say(ChannelVerdict blind, Verdict verdict, string line) => blind with { Verdict = verdict, Line = line };
}
