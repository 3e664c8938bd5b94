using Parquet;
using Parquet.Schema;

namespace Rayshard.Storage;

/// <summary>One table: its columns, and the rows that a frame of a shard gives.</summary>
/// <param name="FileName">File in the experiment's folder.</param>
/// <param name="Experiment">Whose shards.</param>
/// <param name="Columns">The columns, in order.</param>
/// <param name="AddRows">Adds a frame's rows to the columns.</param>
internal sealed record IndexTable(string FileName, StoredExperiment Experiment, IReadOnlyList<IndexColumn> Columns, Action<ShardReader, FrameEntry> AddRows)
{
    // Rows of a row group: enough for the encodings to pay, few enough that a group of long text columns stays below some 10 MB.
    private const int GroupRows = 16384;

    /// <summary>Writes the table, row group after row group.</summary>
    public async Task WriteAsync(Stream stream, CancellationToken cancellation)
    {
        var schema = new ParquetSchema(Columns.Select(column => column.Field));
        await using var writer = await ParquetWriter.CreateAsync(schema, stream, cancellationToken: cancellation);
        foreach (var shard in Experiment.Sealed())
        {
            using var reader = ShardReader.Open(Experiment.ShardPath(shard), Path.Combine(Experiment.Name, ShardPaths.Shard(Experiment.Experiment.Name, shard)));
            foreach (var frame in reader.Frames)
            {
                cancellation.ThrowIfCancellationRequested();
                AddRows(reader, frame);
                if (Columns[0].Count >= GroupRows)
                {
                    await WriteGroupAsync(writer);
                }
            }
        }

        if (Columns[0].Count > 0)
        {
            await WriteGroupAsync(writer);
        }
    }

    private async Task WriteGroupAsync(ParquetWriter writer)
    {
        using var group = writer.CreateRowGroup();
        foreach (var column in Columns)
        {
            await column.WriteAsync(group);
        }

        group.CompleteValidate();
        GC.Collect(); // Some 30 MB are left of each group, and the collector lets several of them come together first.
    }
}
