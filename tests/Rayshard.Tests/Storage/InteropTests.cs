using System.Diagnostics;
using System.Formats.Tar;
using System.Runtime.InteropServices;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Parquet;
using Rayshard.Storage;
using Xunit;

namespace Rayshard.Tests.Storage;

/// <summary>What others read: Debian's Python and NumPy, GNU tar, .NET's own tar reader. The scripts are in tests/interop.</summary>
public class InteropTests
{
    [Fact]
    public void A_blob_is_what_np_save_writes()
    {
        using var folder = new TemporaryFolder();
        var shapes = from height in new[] { 1, 2, 9, 10, 100, 257 } from width in new[] { 1, 3, 64, 99 } from channels in new[] { 1, 2, 3, 4 } select (height, width, channels);
        var count = 0;
        foreach (var (height, width, channels) in shapes)
        {
            var blob = new byte[Npy.LengthOf(height, width, channels)];
            Npy.WriteHeader(blob, height, width, channels);
            var pixels = MemoryMarshal.Cast<byte, uint>(blob.AsSpan(Npy.HeaderBytes));
            for (var i = 0; i < pixels.Length; i++)
            {
                pixels[i] = (uint)i;
            }

            File.WriteAllBytes(folder[$"{height}x{width}x{channels}.npy"], blob);
            count++;
        }

        int[] axes = [1, 9, 10, 999, 1000, 16384, 99999, 100000, 1 << 30, int.MaxValue];
        File.WriteAllLines(folder["headers.txt"], from height in axes from width in axes from channels in new[] { 1, 4, 100, int.MaxValue } select Header(height, width, channels));
        Assert.Equal($"{count} 400", Python("npy_bytes.py", folder.Path));

        static string Header(int height, int width, int channels)
        {
            var header = new byte[Npy.HeaderBytes];
            Npy.WriteHeader(header, height, width, channels);
            return $"{height} {width} {channels} {Convert.ToHexStringLower(header)}";
        }
    }

    [Fact]
    public async Task Python_reads_every_frame_and_WebDataset_and_Hugging_Face_see_one_sample_each()
    {
        using var folder = new TemporaryFolder();
        var stored = Synthetic.RenderedStore(folder, Synthetic.Experiment(lights: 9));
        await WriteRows(Path.Combine(stored.Folder, "blobs.parquet"), Path.Combine(stored.Folder, "blobs.jsonl"));
        var counts = JObject.Parse(Python("read_store.py", stored.Folder));
        var expected = new JObject
        {
            ["shards"] = 5,
            ["frames"] = 18,
            ["blobs"] = 36,
            ["webdataset"] = 18,
            ["hugging_face"] = 18,
            ["memmap"] = 36,
            ["fields"] = new JArray("__key__", "json", "combined.npy", "rgb.npy"),
        };
        Assert.Equal(expected.ToString(), counts.ToString());
    }

    [Fact]
    public void The_lines_in_the_README_read_an_array()
    {
        using var folder = new TemporaryFolder();
        var stored = Synthetic.RenderedStore(folder);
        var readme = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "interop", "README.md"));
        var lines = readme[readme.IndexOf("<!-- tests run this -->", StringComparison.Ordinal)..].Split('\n').Skip(1).TakeWhile(line => line.Length > 0).Select(line => line[4..]);
        File.WriteAllText(folder["read.py"], $"import sys\npath = sys.argv[1]\n{string.Join('\n', lines)}\nprint(array.shape, array.tobytes().hex())\n");
        var (_, blobs) = Synthetic.Render(stored.Experiment, stored.Plan.At(0));
        Assert.Equal($"(6, 7, 4) {Convert.ToHexStringLower(blobs[0].Span[Npy.HeaderBytes..])}", Run("/usr/bin/python3", folder["read.py"], stored.ShardPath(0)));
    }

    [Fact]
    public void Every_tar_reader_agrees_with_the_manifest()
    {
        using var folder = new TemporaryFolder();
        var stored = Synthetic.RenderedStore(folder);
        var path = stored.ShardPath(0);
        using var shard = ShardReader.Open(path);
        var names = shard.Frames.SelectMany(frame => shard.Layout.Passes.Select(pass => EntryName.OfBlob(frame.Record, pass.Name)).Prepend(EntryName.OfRecord(frame.Record))).Append("__manifest__").ToList();

        Assert.Equal(names, Run("tar", "--list", "--file", path).Split('\n'));
        using var file = File.OpenRead(path);
        using var reader = new TarReader(file);
        foreach (var name in names)
        {
            var entry = Assert.IsType<UstarTarEntry>(reader.GetNextEntry());
            Assert.Equal((name, TarEntryType.RegularFile, 0, 0), (entry.Name, entry.EntryType, entry.Uid, entry.Gid));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead, entry.Mode);
            Assert.Equal(DateTimeOffset.UnixEpoch, entry.ModificationTime);
        }

        Assert.Null(reader.GetNextEntry());
    }

    [Fact]
    public void Canonical_JSON_is_what_json_dumps_writes()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(3);
        using (var lines = new StreamWriter(folder["lines"]) { NewLine = "\n" })
        {
            foreach (var number in Numbers(random).Where(double.IsFinite))
            {
                lines.WriteLine($"d {BitConverter.DoubleToInt64Bits(number):x16} {CanonicalJson.Number(number)}");
            }

            for (var i = 0; i < 2000; i++)
            {
                lines.WriteLine($"j {CanonicalJson.Text(Json(random, 3))}");
            }
        }

        var counts = Python("canonical_json.py", folder["lines"]).Split(' ');
        Assert.True(int.Parse(counts[0], null) > 20000);
        Assert.Equal("2000", counts[1]);
    }

    private static IEnumerable<double> Numbers(Random random)
    {
        for (var exponent = -324; exponent <= 308; exponent++)
        {
            var power = double.Parse($"1e{exponent}", null);
            foreach (var number in new[] { power, Math.BitIncrement(power), Math.BitDecrement(power), -3 * power, 123456789 * power })
            {
                yield return number;
            }
        }

        for (var i = 0; i < 10000; i++)
        {
            yield return BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue));
            yield return Math.Round(random.NextDouble() * 1000, random.Next(15)) * Math.Pow(10, random.Next(-8, 20));
        }
    }

    private static JToken Json(Random random, int depth) => random.Next(depth > 0 ? 7 : 5) switch
    {
        0 => random.NextInt64(long.MinValue, long.MaxValue),
        1 => random.NextDouble() * Math.Pow(10, random.Next(-20, 20)),
        2 => random.Next(2) == 0,
        3 => JValue.CreateNull(),
        4 => Text(random),
        5 => new JArray(Enumerable.Range(0, random.Next(5)).Select(_ => Json(random, depth - 1))),
        _ => new JObject(Enumerable.Range(0, random.Next(6)).Select(_ => Text(random)).Distinct().Select(name => new JProperty(name, Json(random, depth - 1)))),
    };

    private static string Text(Random random) => string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => random.Next(5) switch
    {
        0 => ((char)random.Next(0x20)).ToString(),
        1 => char.ConvertFromUtf32(random.Next(0x10000, 0x110000)),
        2 => ((char)random.Next(0xe000, 0x10000)).ToString(),
        3 => "\"\\/\u007f\u2028\u00e9"[random.Next(6)].ToString(),
        _ => ((char)random.Next('!', '~')).ToString(),
    }));

    private static async Task WriteRows(string parquet, string jsonLines)
    {
        await using var file = File.OpenRead(parquet);
        await using var reader = await ParquetReader.CreateAsync(file);
        using var group = reader.OpenRowGroupReader(0);
        var rows = Enumerable.Range(0, (int)group.RowCount).Select(_ => new JObject()).ToList();
        foreach (var field in reader.Schema.DataFields)
        {
            if (field.ClrType == typeof(long))
            {
                var values = new long[rows.Count];
                await group.ReadAsync<long>(field, values);
                rows.Zip(values).ToList().ForEach(pair => pair.First[field.Name] = pair.Second);
            }
            else if (field.ClrType == typeof(int))
            {
                var values = new int[rows.Count];
                await group.ReadAsync<int>(field, values);
                rows.Zip(values).ToList().ForEach(pair => pair.First[field.Name] = pair.Second);
            }
            else
            {
                var values = new string[rows.Count];
                await group.ReadAsync(field, values);
                rows.Zip(values).ToList().ForEach(pair => pair.First[field.Name] = pair.Second);
            }
        }

        await File.WriteAllLinesAsync(jsonLines, rows.Select(row => row.ToString(Formatting.None)));
    }

    private static string Python(string script, string argument) =>
        Run("/usr/bin/python3", Path.Combine(AppContext.BaseDirectory, "interop", script), argument);

    private static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors.GetAwaiter().GetResult());
        return output.TrimEnd('\n');
    }
}
