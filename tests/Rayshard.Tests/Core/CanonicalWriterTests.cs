using System.Buffers;
using System.Text;
using Newtonsoft.Json.Linq;

namespace Rayshard.Tests.Core;

public sealed class CanonicalWriterTests
{
    [Fact]
    public void Doubles_of_every_size_are_written_as_the_tree_writes_them()
    {
        var random = new Random(7);
        double[] edges = [0, -0.0, 1, -1, 0.5, 1e-4, 0.00009999, 1e-5, 123456789012345, 1e15, 999999999999999.9, 1e16, 0.1, 1 / 3.0, double.MaxValue, double.Epsilon, 2 * Math.PI, 100000];
        var bits = Enumerable.Range(0, 50_000).Select(_ => BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue))).Where(double.IsFinite);
        var usual = Enumerable.Range(0, 50_000).Select(_ => (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-8, 20)));
        foreach (var number in edges.Concat(bits).Concat(usual).Concat(Enumerable.Range(-5000, 10_000).Select(i => i * 0.25)))
        {
            Assert.Equal(CanonicalJson.Number(number), Written(to => to.WriteNumber(number)));
        }

        Assert.Throws<FormatException>(() => Written(to => to.WriteNumber(double.NaN)));
        Assert.Throws<FormatException>(() => Written(to => to.WriteNumber(double.NegativeInfinity)));
    }

    [Fact]
    public void Texts_with_quotes_controls_and_other_scripts_are_written_as_the_tree_writes_them()
    {
        foreach (var text in new[] { "", "plain", "a\"b\\c", "\n\t\u0001\u001f", "ünï", "\ud83d\ude00", "\u007f\u2028", "{}[]:," })
        {
            Assert.Equal(CanonicalJson.Text(text), Written(to => to.WriteText(text)));
        }

        Assert.Throws<FormatException>(() => Written(to => to.WriteText("\ud800")));
    }

    [Fact]
    public void Values_are_written_as_the_tree_writes_them()
    {
        foreach (var value in new Value[] { 1.0, 1L, long.MinValue, true, false, "x", Value.Vector(1, 0.5, 1e-9), Value.Vector() })
        {
            Assert.Equal(CanonicalJson.Text(value.ToJson()), Written(value.WriteTo));
        }
    }

    [Fact]
    public void A_record_is_canonical_whatever_its_parameters_are_called()
    {
        var experiment = new Experiment
        {
            Name = "names", Toolchain = "debian-12", Scene = new() { File = "scene.py", Files = new Dictionary<string, string>() },
            Parameters = [new("zz") { List = [1.5] }, new("\ud83d\ude00") { List = ["\"x\""] }, new("\ue000") { List = [true] }, new("a b") { Random = new() { Uniform = [0, 1], Count = 3 } }],
            Render = new() { Width = 2, Height = 2, Samples = 1 }, Passes = [new("combined") { Name = "combined" }],
        };
        var frame = new FramePlan(experiment).At(1);
        var record = Record.Of(experiment, frame, [new("combined", ["R", "G", "B", "A"], 2, 2, "scene-linear", Digest.Of("x"))]);

        Assert.Equal(CanonicalJson.Text(JObject.Parse(Encoding.UTF8.GetString(record.Bytes.Span))), Encoding.UTF8.GetString(record.Bytes.Span));
        Assert.Equal(record.Address, Record.Parse(record.Bytes.Span).Address);
        Assert.Equal(frame.Values, experiment.Parameters.Select(parameter => record.Parameters.Single(one => one.Key == parameter.Name).Value));
    }

    private static string Written(Action<ArrayBufferWriter<byte>> write)
    {
        var to = new ArrayBufferWriter<byte>();
        write(to);
        return Encoding.UTF8.GetString(to.WrittenSpan);
    }
}
