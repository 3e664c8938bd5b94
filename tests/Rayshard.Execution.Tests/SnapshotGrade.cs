using System.Globalization;
using System.Text.RegularExpressions;

namespace Rayshard.Execution.Tests;

/// <summary>How far a snapshot of another CPU class is from this machine's frames: everything but the digests must be equal, and the block means near.</summary>
/// <param name="IsWithinTolerance">Whether it is near enough.</param>
/// <param name="Text">What was found.</param>
internal sealed partial record SnapshotGrade(bool IsWithinTolerance, string Text)
{
    // A glossy scene differs between kernels in 60 % of its floats, but a block's mean by far less than a percent; another seed moves it by several.
    private const double Relative = 0.02;
    private const double Absolute = 0.002;

    private const int Blocks = 4;

    public static SnapshotGrade Of(string verified, string received)
    {
        var (left, right) = (Lines(verified), Lines(received));
        if (left.Length != right.Length)
        {
            return new(false, $"different: {left.Length} lines against {right.Length}");
        }

        var worst = 0.0;
        for (var i = 0; i < left.Length; i++)
        {
            if (left[i].Contains("means", StringComparison.Ordinal) && right[i].Contains("means", StringComparison.Ordinal))
            {
                worst = Math.Max(worst, Distance(left[i], right[i]));
            }
            else if (left[i] != right[i])
            {
                return new(false, $"different: '{left[i]}' against '{right[i]}'");
            }
        }

        return new(worst <= 1, string.Create(CultureInfo.InvariantCulture, $"{(worst <= 1 ? "within tolerance" : "different")}: the worst block mean is at {worst:P0} of what is allowed"));
    }

    /// <summary>Mean of each channel over 4 x 4 blocks, to six digits.</summary>
    public static string Means(float[] pixels, int width, int channels)
    {
        var height = pixels.Length / width / channels;
        var means = from block in Enumerable.Range(0, Blocks * Blocks)
                    from channel in Enumerable.Range(0, channels)
                    select (from y in Range(block / Blocks, height)
                            from x in Range(block % Blocks, width)
                            select (double)pixels[(((y * width) + x) * channels) + channel]).Average();
        return string.Join(" ", means.Select(mean => mean.ToString("G6", CultureInfo.InvariantCulture)));
    }

    /// <summary>A header's checksum hangs on the digest in its name.</summary>
    public static string WithoutChecksums(string headers) => Checksum().Replace(headers, "00000000000.cccccc. ");

    public override string ToString() => Text;

    private static IEnumerable<int> Range(int block, int size) => Enumerable.Range(block * size / Blocks, ((block + 1) * size / Blocks) - (block * size / Blocks));

    private static double Distance(string left, string right) => Numbers(left).Zip(Numbers(right), (a, b) =>
        a == b ? 0 : Math.Abs(a - b) / (Absolute + (Relative * Math.Max(Math.Abs(a), Math.Abs(b))))).DefaultIfEmpty(double.PositiveInfinity).Max();

    private static IEnumerable<double> Numbers(string line) => line.Trim().Split(' ').Skip(1).Select(number => double.Parse(number, CultureInfo.InvariantCulture));

    private static string[] Lines(string text) => [.. text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n')
        .Where(line => !line.StartsWith("cpu_class", StringComparison.Ordinal)).Select(line => Digests().Replace(line, "*"))];

    [GeneratedRegex("[0-9a-f]{64}")]
    private static partial Regex Digests();

    [GeneratedRegex(@"00000000000\.[0-7]{6}\. ")]
    private static partial Regex Checksum();
}
