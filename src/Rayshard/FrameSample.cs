using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace Rayshard;

/// <summary>How many of an experiment's frames to look at: a number, a share, or all.</summary>
public sealed record FrameSample
{
    private readonly double _share;
    private readonly long _frames;

    private FrameSample(long frames, double share) => (_frames, _share) = (frames, share);

    /// <summary>Every frame.</summary>
    public static FrameSample All { get; } = new(0, 1);

    /// <summary>Reads <c>16</c>, <c>5%</c> or <c>all</c>.</summary>
    /// <exception cref="RayshardException">It is none of these (<see cref="ExitCode.AskedWrongly"/>).</exception>
    public static FrameSample Parse(string text)
    {
        if (text == "all")
        {
            return All;
        }

        if (text.EndsWith('%') && double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) && percent is > 0 and <= 100)
        {
            return new(0, percent / 100);
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var frames) && frames > 0
            ? new(frames, 0)
            : throw new RayshardException(ExitCode.AskedWrongly, $"--sample={text}: not a number of frames, a share or all: write --sample=16, --sample=5% or --sample=all");
    }

    /// <summary>
    /// The chosen indexes, in order: one of each of so many equal stretches, so that every part of a sweep is looked at. Which one hangs on
    /// <paramref name="settings"/> and the stretch alone: everyone who asks for as many of the same experiment gets the same frames.
    /// </summary>
    public IEnumerable<long> Of(Digest settings, long count)
    {
        var frames = Math.Clamp(_frames > 0 ? _frames : (long)Math.Ceiling(count * _share), 1, count);
        for (var i = 0L; i < frames; i++)
        {
            var first = (long)((Int128)count * i / frames);
            var length = (long)((Int128)count * (i + 1) / frames) - first;
            var hash = SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{settings} {i}")));
            yield return first + (long)(BinaryPrimitives.ReadUInt64LittleEndian(hash) % (ulong)length);
        }
    }
}
