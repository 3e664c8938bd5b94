using System.Globalization;
using System.Text;

namespace Rayshard.Execution.Tests;

/// <summary>
/// What the shipped experiments give on the toolchain that they pin, to the bit. <see cref="EveryToolchainTests"/> has the others.
/// </summary>
public sealed class SnapshotTests(ShippedStore store)
{
    [Theory]
    [InlineData("first-light")]
    [InlineData("passes")]
    [InlineData("ramp")]
    public async Task Frames(string experiment)
    {
        await store.RenderedAsync();
        using var shard = store.Open(experiment);
        await FrameSnapshot.VerifyAsync(ShippedStore.Experiments[experiment].Experiment, shard);
    }

    [Fact]
    public async Task Headers()
    {
        await store.RenderedAsync();
        using var shard = store.Open("ramp");
        using var file = File.OpenRead(shard.Shard.Path);
        var text = new StringBuilder();
        var header = new byte[512];
        for (var at = 0L; at < file.Length;)
        {
            file.Position = at;
            file.ReadExactly(header);
            if (header[0] == 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"trailer of {file.Length - at} bytes\n");
                break;
            }

            // The names hold digests of pixels; all the rest is the format.
            var line = Encoding.ASCII.GetString(header).Replace('\0', '.').TrimEnd('.');
            text.Append(CultureInfo.InvariantCulture, $"{new string('x', 64)}{line[(line.StartsWith("__", StringComparison.Ordinal) ? 0 : 64)..]}\n");
            at += 512 + ((Convert.ToInt64(Encoding.ASCII.GetString(header, 124, 11), 8) + 511) / 512 * 512);
        }

        await VerifyXunit.Verifier.Verify(SnapshotGrade.WithoutChecksums(text.ToString()));
    }
}
