namespace Rayshard.Storage;

/// <summary><c>blobs.parquet</c>: a row per frame and pass; with it, <c>numpy.memmap</c> maps an array in one call.</summary>
internal static class BlobsTable
{
    public static IndexTable Of(StoredExperiment experiment)
    {
        var (frame, record, pass, address, shard) = (new IndexTextColumn("frame"), new IndexTextColumn("record"), new IndexTextColumn("pass"), new IndexTextColumn("address"), new IndexTextColumn("shard"));
        var (offset, length, data) = (new IndexColumn<long>("offset"), new IndexColumn<long>("length"), new IndexColumn<long>("data_offset"));
        var (dtype, height, width, channels) = (new IndexTextColumn("dtype"), new IndexColumn<int>("height"), new IndexColumn<int>("width"), new IndexTextColumn("channels"));
        return new(ShardPaths.Blobs, experiment, [frame, record, pass, address, shard, offset, length, data, dtype, height, width, channels], (reader, entry) =>
        {
            for (var i = 0; i < entry.Blobs.Length; i++)
            {
                var layout = reader.Layout.Passes[i];
                var start = reader.Layout.BlobOffset(entry, i);
                frame.Add(entry.Frame.ToString());
                record.Add(entry.Record.ToString());
                pass.Add(layout.Name);
                address.Add(entry.Blobs.Span[i].Address.ToString());
                shard.Add(reader.Shard.Name);
                offset.Add(start);
                length.Add(layout.BlobBytes);
                data.Add(start + Npy.HeaderBytes);
                dtype.Add(RecordedPass.Dtype);
                height.Add(layout.Height);
                width.Add(layout.Width);
                channels.Add(string.Join(',', layout.Channels));
            }
        });
    }
}
