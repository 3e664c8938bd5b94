using Newtonsoft.Json.Linq;

namespace Rayshard.Storage;

/// <summary><c>frames.parquet</c>: a row per frame, with a typed column per parameter, so that "where light is above 3" is one line.</summary>
internal static class FramesTable
{
    public static IndexTable Of(StoredExperiment experiment)
    {
        var (index, frame, record) = (new IndexColumn<long>("index"), new IndexTextColumn("frame"), new IndexTextColumn("record"));
        var seed = new IndexColumn<int>("noise_seed");
        var (shard, offset) = (new IndexTextColumn("shard"), new IndexColumn<long>("offset"));
        List<IndexColumn> columns = [index, frame, record, seed, shard, offset];
        var parameters = Parameters(experiment, [.. columns.Select(column => column.Field.Name)]);
        columns.AddRange(parameters.SelectMany(parameter => parameter.Columns));
        return new(ShardPaths.Frames, experiment, columns, (reader, entry) =>
        {
            var planned = experiment.Plan.At(entry.Index);
            index.Add(entry.Index);
            frame.Add(entry.Frame.ToString());
            record.Add(entry.Record.ToString());
            seed.Add(planned.NoiseSeed);
            shard.Add(reader.Shard.Name);
            offset.Add(entry.Offset);
            for (var i = 0; i < parameters.Count; i++)
            {
                parameters[i].Add(planned.Values[i]);
            }
        });
    }

    // All values of a parameter are of one kind and length (ExperimentResolver sees to it), so the first frame shows the type.
    private static List<ParameterColumns> Parameters(StoredExperiment experiment, HashSet<string> taken)
    {
        var first = experiment.Plan.At(0).Values;
        return [.. experiment.Experiment.Parameters.Select((parameter, i) => first[i].Kind switch
        {
            ValueKind.Vector => Vector([.. Enumerable.Range(0, first[i].Length).Select(c => new IndexColumn<double>(Free(taken, $"{parameter.Name}_{c}")))]),
            ValueKind.Text => Text(new(Free(taken, parameter.Name))),
            ValueKind.Boolean => One<bool>(new(Free(taken, parameter.Name))),
            ValueKind.Integer => One<long>(new(Free(taken, parameter.Name))),
            _ => One<double>(new(Free(taken, parameter.Name))),
        })];
    }

    // A parameter called like a column that is there already gets underscores behind its name.
    private static string Free(HashSet<string> taken, string name)
    {
        while (!taken.Add(name))
        {
            name += "_";
        }

        return name;
    }

    private static ParameterColumns Vector(IndexColumn<double>[] columns) => new(columns, value =>
    {
        foreach (var (column, number) in columns.Zip(value.Numbers))
        {
            column.Add(number);
        }
    });

    private static ParameterColumns Text(IndexTextColumn column) => new([column], value => column.Add(value.Text!));

    private static ParameterColumns One<T>(IndexColumn<T> column)
        where T : struct => new([column], value => column.Add(value.ToJson().Value<T>()));

    private sealed record ParameterColumns(IReadOnlyList<IndexColumn> Columns, Action<Value> Add);
}
