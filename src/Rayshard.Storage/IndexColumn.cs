using Parquet;
using Parquet.Schema;

namespace Rayshard.Storage;

/// <summary>A column that collects values until its row group is written.</summary>
internal abstract class IndexColumn(DataField field)
{
    public DataField Field { get; } = field;

    /// <summary>Of a value; the field's own says what Parquet.Net holds it in.</summary>
    public abstract Type Type { get; }

    public abstract int Count { get; }

    public abstract Task WriteAsync(ParquetRowGroupWriter group);
}

/// <summary>A column of numbers or booleans.</summary>
internal sealed class IndexColumn<T>(string name) : IndexColumn(new DataField<T>(name))
    where T : struct
{
    private readonly List<T> _values = [];

    public override Type Type => typeof(T);

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

    public override Type Type => typeof(string);

    public override int Count => _values.Count;

    public void Add(string value) => _values.Add(value);

    public override async Task WriteAsync(ParquetRowGroupWriter group)
    {
        await group.WriteAsync(Field, _values);
        _values.Clear();
    }
}
