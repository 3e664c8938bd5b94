using Parquet;
using Parquet.Schema;

namespace Rayshard.Storage;

/// <summary>The index of an experiment: two Parquet tables over its sealed shards. Derived; nothing but the shards decides a byte of them.</summary>
internal static class IndexTables
{
    public static IEnumerable<IndexTable> Of(StoredExperiment experiment) => [FramesTable.Of(experiment), BlobsTable.Of(experiment)];
}

/// <summary>One table: its columns, and the rows that a frame of a shard gives.</summary>
/// <param name="FileName">File in the experiment's folder.</param>
/// <param name="Experiment">Whose shards.</param>
/// <param name="Columns">The columns, in order.</param>
/// <param name="AddRows">Adds a frame's rows to the columns.</param>
internal sealed record IndexTable(string FileName, StoredExperiment Experiment, IReadOnlyList<IndexColumn> Columns, Action<ShardReader, FrameEntry> AddRows)
{
    // Rows of a row group: enough for the encodings to pay, few enough that a group of long text columns stays below some 30 MB.
    private const int GroupRows = 65536;

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
    }
}

/// <summary>A column that collects values until its row group is written.</summary>
internal abstract class IndexColumn(DataField field)
{
    public DataField Field { get; } = field;

    public abstract int Count { get; }

    public abstract Task WriteAsync(ParquetRowGroupWriter group);
}

/// <summary>A column of numbers or booleans.</summary>
internal sealed class IndexColumn<T>(string name) : IndexColumn(new DataField<T>(name))
    where T : struct
{
    private readonly List<T> _values = [];

    public override int Count => _values.Count;

    public void Add(T value) => _values.Add(value);

    public override async Task WriteAsync(ParquetRowGroupWriter group)
    {
        await group.WriteAsync<T>(Field, _values.ToArray());
        _values.Clear();
    }
}

/// <summary>A column of texts.</summary>
internal sealed class IndexTextColumn(string name) : IndexColumn(new DataField<string>(name, nullable: false))
{
    private readonly List<string> _values = [];

    public override int Count => _values.Count;

    public void Add(string value) => _values.Add(value);

    public override async Task WriteAsync(ParquetRowGroupWriter group)
    {
        await group.WriteAsync(Field, _values);
        _values.Clear();
    }
}
