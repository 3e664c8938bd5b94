using System.Collections;
using ParquetSharp;
using Rayshard.Tests.Storage;

namespace Rayshard.Sharing.Tests;

/// <summary>A bundle's tables, opened by Apache Arrow's C++ reader.</summary>
public sealed class ParquetTests
{
    [Fact]
    public void Frames_are_chosen_by_parameter_and_their_arrays_found_by_the_blobs_table()
    {
        using var shop = new Workshop();
        var bundle = shop.Bundle();
        var (frames, blobs) = (Table(bundle, "frames.parquet"), Table(bundle, "blobs.parquet"));

        // SELECT ... FROM frames JOIN blobs USING (frame) WHERE light > 500 AND colour_2 = 1 AND pass = 'rgb'
        var chosen = Enumerable.Range(0, frames["frame"].Count).Where(row => (double)frames["light"][row]! > 500 && (double)frames["colour_2"][row]! == 1).ToList();
        Assert.Equal(Enumerable.Range(0, 18).Where(i => shop.Plan.At(i).Values is var values && values[0].Numbers.Single() > 500 && values[1].Numbers.Last() == 1), chosen.Select(row => (int)(long)frames["index"][row]!));
        Assert.Equal(5, chosen.Count);
        foreach (var row in chosen)
        {
            var at = Enumerable.Range(0, blobs["frame"].Count).Single(at => blobs["frame"][at]!.Equals(frames["frame"][row]) && blobs["pass"][at]!.Equals("rgb"));
            var wanted = Synthetic.Render(shop.Experiment, shop.Plan.At((long)frames["index"][row]!)).Blobs[1].Span;
            var shard = File.ReadAllBytes(Path.Combine(bundle.Folder, "shards", (string)blobs["shard"][at]!));

            Assert.Equal(("<f4", 6, 7, "R,G,B"), (blobs["dtype"][at], blobs["height"][at], blobs["width"][at], blobs["channels"][at]));
            Assert.Equal(wanted[128..], shard.AsSpan((int)(long)blobs["data_offset"][at]!, 6 * 7 * 3 * sizeof(float)));
            Assert.Equal(wanted, shard.AsSpan((int)(long)blobs["offset"][at]!, (int)(long)blobs["length"][at]!));
            Assert.Equal(Digest.Of(wanted).ToString(), blobs["address"][at]);
        }
    }

    [Fact]
    public void Every_kind_of_parameter_comes_back_as_it_was()
    {
        using var shop = new Workshop(with: ReaderTests.WithAllKinds);
        var frames = Table(shop.Bundle(), "frames.parquet");
        string[][] names = [["index_0", "index_1"], ["word"], ["flag"], ["count"], ["energy"]];
        for (var row = 0; row < shop.Plan.Count; row++)
        {
            foreach (var (value, columns) in shop.Plan.At(row).Values.Zip(names))
            {
                object[] wanted = value.Kind switch
                {
                    ValueKind.Text => [value.Text!],
                    ValueKind.Boolean => [(bool)value.ToJson()],
                    ValueKind.Integer => [(long)value.ToJson()],
                    _ => [.. value.Numbers.Cast<object>()],
                };
                Assert.Equal(wanted, columns.Select(name => frames[name][row]!));
            }
        }
    }

    private static Dictionary<string, IList> Table(Bundle bundle, string name)
    {
        using var file = new ParquetFileReader(Path.Combine(bundle.Folder, name));
        Assert.Equal(1, file.FileMetaData.NumRowGroups);
        using var group = file.RowGroup(0);
        return Enumerable.Range(0, file.FileMetaData.NumColumns).ToDictionary(i => file.FileMetaData.Schema.Column(i).Name, Column);

        // Of the type that the file states: with another one the reader throws.
        IList Column(int i)
        {
            using var column = group.Column(i);
            using var reader = column.LogicalReader();
            return reader.Apply(new Values(group.MetaData.NumRows));
        }
    }

    private sealed class Values(long rows) : ILogicalColumnReaderVisitor<IList>
    {
        public IList OnLogicalColumnReader<TElement>(LogicalColumnReader<TElement> columnReader) => columnReader.ReadAll((int)rows);
    }
}
