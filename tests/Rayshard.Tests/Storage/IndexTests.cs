using Parquet;
using Rayshard.Storage;
using Xunit;

namespace Rayshard.Tests.Storage;

public class IndexTests
{
    [Fact]
    public async Task Indexing_twice_gives_the_same_bytes()
    {
        using var one = new TemporaryFolder();
        using var two = new TemporaryFolder();
        var (first, second) = (Synthetic.RenderedStore(one), Synthetic.RenderedStore(two));
        using (var store = Store.Open(two.Path))
        {
            await store.IndexAsync(second.Experiment, second.Plan);
        }

        foreach (var table in new[] { "frames.parquet", "blobs.parquet" })
        {
            Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(first.Folder, table)), await File.ReadAllBytesAsync(Path.Combine(second.Folder, table)));
            Assert.False(File.Exists(Path.Combine(first.Folder, table + ".partial")));
        }
    }

    [Fact]
    public async Task Frames_have_a_typed_column_per_parameter_and_a_row_in_place()
    {
        using var folder = new TemporaryFolder();
        var experiment = Synthetic.Experiment() with
        {
            Parameters =
            [
                new("light") { Linear = new(0, 1, 3) },
                new("count") { List = [1L, 2L] },
                new("smooth") { List = [true, false] },
                new("kind") { List = ["a", "ü\n"] },
                new("index") { List = [Value.Vector(1, 2, 3)] },
                new("index_0") { List = [0.5] },
                new("shard") { List = ["taken"] },
            ],
        };
        var stored = Synthetic.RenderedStore(folder, experiment);
        var columns = await Read(Path.Combine(stored.Folder, "frames.parquet"));
        Assert.Equal(["index", "frame", "record", "noise_seed", "shard", "offset", "light", "count", "smooth", "kind", "index_0", "index_1", "index_2", "index_0_", "shard_"], columns.Keys);
        for (var index = 0; index < 24; index++)
        {
            var frame = stored.Plan.At(index);
            Assert.Equal((long)index, columns["index"][index]);
            Assert.Equal(frame.Key.ToString(), columns["frame"][index]);
            Assert.Equal(frame.NoiseSeed, columns["noise_seed"][index]);
            Assert.Equal(frame.Values[0].Numbers.Single(), columns["light"][index]);
            Assert.Equal(frame.Values[1].Numbers.Single(), (double)(long)columns["count"][index]);
            Assert.Equal(frame.Values[2], (Value)(bool)columns["smooth"][index]);
            Assert.Equal(frame.Values[3].Text, columns["kind"][index]);
            Assert.Equal((2.0, 0.5, "taken"), (columns["index_1"][index], columns["index_0_"][index], columns["shard_"][index]));
            using var reader = ShardReader.Open(Path.Combine(stored.Folder, (string)columns["shard"][index]));
            Assert.Equal(reader.Find(index)!.Value.Offset, columns["offset"][index]);
            Assert.Equal(reader.Find(index)!.Value.Record.ToString(), columns["record"][index]);
        }
    }

    [Fact]
    public async Task Blobs_say_where_each_array_is_and_what_it_is()
    {
        using var folder = new TemporaryFolder();
        var stored = Synthetic.RenderedStore(folder);
        var columns = await Read(Path.Combine(stored.Folder, "blobs.parquet"));
        for (var row = 0; row < 20; row++)
        {
            var (_, blobs) = Synthetic.Render(stored.Experiment, stored.Plan.At(row / 2));
            var bytes = await File.ReadAllBytesAsync(Path.Combine(stored.Folder, (string)columns["shard"][row]));
            var (offset, length, data) = ((int)(long)columns["offset"][row], (int)(long)columns["length"][row], (int)(long)columns["data_offset"][row]);
            Assert.Equal(blobs[row % 2].ToArray(), bytes[offset..(offset + length)]);
            Assert.Equal(Digest.Of(blobs[row % 2].Span).ToString(), columns["address"][row]);
            Assert.Equal((0, 128), (data % 64, data - offset));
            Assert.Equal(("<f4", 6, 7), (columns["dtype"][row], columns["height"][row], columns["width"][row]));
            Assert.Equal(row % 2 == 0 ? ("combined", "R,G,B,A") : ("rgb", "R,G,B"), (columns["pass"][row], columns["channels"][row]));
        }
    }

    private static async Task<Dictionary<string, List<object>>> Read(string path)
    {
        await using var file = File.OpenRead(path);
        await using var reader = await ParquetReader.CreateAsync(file);
        var columns = new Dictionary<string, List<object>>();
        using var group = reader.OpenRowGroupReader(0);
        foreach (var field in reader.Schema.DataFields)
        {
            columns[field.Name] = field.ClrType switch
            {
                var t when t == typeof(long) => await Values<long>(),
                var t when t == typeof(int) => await Values<int>(),
                var t when t == typeof(bool) => await Values<bool>(),
                var t when t == typeof(double) => await Values<double>(),
                _ => await Texts(),
            };

            async Task<List<object>> Texts()
            {
                var values = new string[group.RowCount];
                await group.ReadAsync(field, values);
                return [.. values];
            }

            async Task<List<object>> Values<T>()
                where T : struct
            {
                var values = new T[group.RowCount];
                await group.ReadAsync<T>(field, values);
                return [.. values.Cast<object>()];
            }
        }

        return columns;
    }
}
