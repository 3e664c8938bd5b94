using System.Diagnostics;
using System.Runtime.InteropServices;
using Rayshard.Experiments;

namespace Rayshard.Execution.Tests;

/// <summary>Stored floats against known ones, to the bit; and a picture that went through an 8-bit file must not pass.</summary>
public sealed class RampTests(ShippedStore store)
{
    [Fact]
    public async Task Every_stored_float_is_the_known_one()
    {
        await store.RenderedAsync();
        using var shard = store.Open("ramp");
        Assert.Equal(4, shard.Frames.Count);
        foreach (var entry in shard.Frames)
        {
            using var frame = shard.Read(entry);
            var gain = (float)frame.Record.Parameters.Single().Value.Numbers.Single();

            Assert.Equal(0, Wrong(ShippedStore.Pixels(frame, "combined"), gain));
        }
    }

    [Fact]
    public void The_known_floats_are_finer_than_8_bits_and_go_beyond_them()
    {
        var colors = Enumerable.Range(0, Ramp.Size * Ramp.Size).Select(i => Ramp.Color(i / Ramp.Size, i % Ramp.Size)).ToList();

        Assert.True(colors[1].R - colors[0].R < 1f / 255 / 1000);
        Assert.Equal(colors.Count, colors.Select(c => c.R).Distinct().Count());
        Assert.True(colors.Max(c => c.G) > 200);
        Assert.True(colors.Min(c => c.B) is > 0 and < 1e-28f);
    }

    [Fact]
    public async Task The_same_scene_through_an_8_bit_file_fails()
    {
        TestMachine.NeedsBlender();
        using var place = new Workplace();
        var output = Path.Combine(place.Folder, "floats");
        using var blender = Process.Start(new ProcessStartInfo("blender")
        {
            ArgumentList =
            {
                "--background", "--factory-startup", "-noaudio", "--python-exit-code", "1",
                "--python", Path.Combine(TestMachine.Root, "tests", "Rayshard.Execution.Tests", "eight_bit.py"), "--",
                Path.Combine(ShippedStore.Experiments["ramp"].Folder, "scene.py"), output,
            },
            RedirectStandardOutput = true,
        })!;
        await blender.StandardOutput.ReadToEndAsync();
        await blender.WaitForExitAsync();
        Assert.Equal(0, blender.ExitCode);

        var quantised = MemoryMarshal.Cast<byte, float>(await File.ReadAllBytesAsync(output)).ToArray();

        Assert.True(Wrong(quantised, gain: 1) > Ramp.Size * Ramp.Size * 2, "an 8-bit picture passed for the known floats");
    }

    // Counts values that are not the known float32 to the bit.
    private static int Wrong(float[] rgba, float gain)
    {
        Assert.Equal(Ramp.Size * Ramp.Size * 4, rgba.Length);
        var wrong = 0;
        for (var i = 0; i < Ramp.Size * Ramp.Size; i++)
        {
            var (r, g, b) = Ramp.Color(i / Ramp.Size, i % Ramp.Size);
            float[] known = [r * gain, g * gain, b * gain, 1];
            wrong += known.Where((value, channel) => BitConverter.SingleToInt32Bits(value) != BitConverter.SingleToInt32Bits(rgba[(i * 4) + channel])).Count();
        }

        return wrong;
    }
}
