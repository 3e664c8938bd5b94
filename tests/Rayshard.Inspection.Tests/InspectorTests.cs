using Rayshard.Experiments;
using Rayshard.Storage;

namespace Rayshard.Inspection.Tests;

/// <summary>Files and stores by the door.</summary>
public sealed class InspectorTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rayshard-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_known_ramp_is_the_experiments()
    {
        for (var pixel = 0; pixel < Ramp.Size * Ramp.Size; pixel++)
        {
            var (r, g, b) = Ramp.Color(pixel / Ramp.Size, pixel % Ramp.Size);
            Assert.Equal((r, g, b), (KnownRamp.Color(pixel, 0), KnownRamp.Color(pixel, 1), KnownRamp.Color(pixel, 2)));
        }
    }

    [Fact]
    public void Any_numpy_array_is_read_and_says_its_dtype()
    {
        var random = new Random(3);
        var values = Enumerable.Range(0, 50 * 40).Select(_ => random.NextSingle()).ToArray();

        Assert.Equal(Verdict.Raw, Write("<f4", values.SelectMany(BitConverter.GetBytes)).Verdict);
        Assert.Equal(Verdict.Raw, Write("<f8", values.SelectMany(value => BitConverter.GetBytes((double)value))).Verdict);
        var half = Write("<f2", values.SelectMany(value => BitConverter.GetBytes((Half)value)));
        Assert.Equal((Verdict.Quantised, "float16"), (half.Verdict, half.Passes[0].Declared));
        Assert.Equal(Verdict.Quantised, Write("|u1", values.Select(value => (byte)(255 * value))).Verdict);
    }

    [Theory]
    [InlineData("{'descr': '<i8', 'fortran_order': False, 'shape': (50, 40), }", "its dtype is <i8; float32, float64, float16, uint8, uint16 can be read")]
    [InlineData("{'descr': '<f4', 'fortran_order': True, 'shape': (50, 40), }", "it is in Fortran order: save numpy.ascontiguousarray(array)")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (50,), }", "its shape is (50,), and not height, width, channels")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (50, 40), }", "it was cut: 7990 bytes are missing")]
    [InlineData("[]", "its header is []")]
    public void What_is_no_picture_is_refused_in_one_line(string header, string reason)
    {
        var path = Npy(header, new byte[10]);

        var thrown = Assert.Throws<RayshardException>(() => Inspector.OfFile(path));

        Assert.Equal($"--file={path}: no .npy that can be inspected: {reason}", thrown.Message);
        Assert.Equal(ExitCode.AskedWrongly, thrown.ExitCode);
    }

    [Fact]
    public void Few_values_prove_nothing_and_alpha_says_where_it_comes_from()
    {
        var found = Write("<f4", Enumerable.Repeat(new[] { 0.2f, 0.4f, 0.8f, 1f }, 50 * 40 / 4).SelectMany(pixel => pixel).SelectMany(BitConverter.GetBytes), "(50, 10, 4)");

        Assert.Equal(Verdict.CannotTell, found.Verdict);
        Assert.Contains("Channels = \"RGB\"", found.Passes[0].Channels[3].Notes.Single());
    }

    [Fact]
    public void Whatever_is_wrong_with_single_values_is_noted()
    {
        var random = new Random(4);
        float[] values = [float.NaN, float.NegativeInfinity, 1e-41f, 1e10f, .. Enumerable.Range(0, (50 * 40) - 4).Select(_ => random.NextSingle() * 5)];

        var channel = Write("<f4", values.SelectMany(BitConverter.GetBytes)).Passes[0].Channels[0];

        Assert.Equal(Verdict.Raw, channel.Verdict);
        Assert.Equal(["1 are NaN", "1 are infinite", "1 are denormal, below 2^-126", "0.1 % are 1e10, the depth of nothing; the rest of the line leaves them out"], channel.Notes);
    }

    [Fact]
    public void A_sample_is_the_same_however_the_pixels_come_and_keeps_channels_together()
    {
        var pixels = Enumerable.Range(0, 3 * 100_000).Select(i => (float)i).ToArray();
        var (whole, pieces) = (new PixelSample(100_000, 3), new PixelSample(100_000, 3));
        whole.Add(pixels);
        for (var i = 0; i < pixels.Length; i += 3 * 1000)
        {
            pieces.Add(pixels.AsSpan(i, 3 * 1000));
        }

        Assert.Equal(PixelSample.Size, whole.Values(0).Count);
        Assert.Equal(whole.Values(1), pieces.Values(1));
        Assert.Equal(whole.Values(0).Select(value => value + 2), whole.Values(2));
        Assert.True(whole.Values(0).Distinct().Count() == PixelSample.Size);
    }

    [Fact]
    public async Task The_stored_ramp_is_proven_raw_by_the_viewer_and_read_without_a_trace()
    {
        TestMachine.NeedsBlender();
        var ramp = TestMachine.Experiment("ramp");
        var store = Path.Combine(_folder, "store");
        await TestMachine.Kit.RenderAsync(new() { Experiments = [ramp], StoreFolder = store, RunsFolder = Path.Combine(_folder, "runs"), Workers = 1 }, null, default, default);
        var before = Directory.GetFiles(store, "*", SearchOption.AllDirectories).Order().ToList();
        using var open = Store.OpenReadOnly(store);

        var all = Inspector.OfExperiment(open, ramp.Experiment, FrameSample.All).Passes.Single();
        var one = Inspector.OfExperiment(open, ramp.Experiment, FrameSample.Parse("1")).Passes.Single();
        var shard = Inspector.OfFile(before.Single(file => file.EndsWith(".tar", StringComparison.Ordinal))).Passes.Single();

        Assert.Equal([Verdict.Raw, Verdict.Raw, Verdict.Raw, Verdict.CannotTell], all.Channels.Select(channel => channel.Verdict));
        Assert.All(all.Channels.Take(3), channel => Assert.Contains("is the known one of the ramp, to the bit", channel.Line));
        Assert.Equal((4, 1, 4), (all.Frames, one.Frames, shard.Frames));
        Assert.Equal(all.Channels[1].Statistics, shard.Channels[1].Statistics);
        Assert.Equal(before, Directory.GetFiles(store, "*", SearchOption.AllDirectories).Order());
        Assert.Equal(ExitCode.NotFound, Assert.Throws<RayshardException>(() => Inspector.OfExperiment(open, TestMachine.Experiment("passes").Experiment, FrameSample.All)).ExitCode);
    }

    [Fact]
    public void A_gigabyte_takes_no_more_memory_than_64_megabytes()
    {
        Allocated(256);
        var small = Allocated(2048);

        Assert.InRange(Allocated(8192), 0, small + (1 << 20));
    }

    // What reading a square picture of four channels allocates; the file is a hole on the disk.
    private long Allocated(int side)
    {
        var path = Npy($"{{'descr': '<f4', 'fortran_order': False, 'shape': ({side}, {side}, 4), }}", []);
        using (var file = File.OpenWrite(path))
        {
            file.SetLength(file.Length + (16L * side * side));
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal((long)side * side, Inspector.OfFile(path).Passes[0].Channels[3].Statistics.Zeros);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private Inspection Write(string dtype, IEnumerable<byte> content, string shape = "(50, 40)") =>
        Inspector.OfFile(Npy($"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}", [.. content]));

    private string Npy(string header, byte[] content)
    {
        var path = Path.Combine(_folder, "array.npy");
        var text = System.Text.Encoding.ASCII.GetBytes(header.PadRight(117) + "\n");
        File.WriteAllBytes(path, [0x93, .. "NUMPY"u8, 1, 0, (byte)text.Length, 0, .. text, .. content]);
        return path;
    }
}
