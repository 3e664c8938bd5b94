using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Rayshard.Storage;

namespace Rayshard.Sharing.Metadata;

/// <summary>
/// <c>index.npy</c>: a NumPy table with a row per frame, so that any frame of a million is found, and chosen by its parameters, with NumPy alone and
/// no reading ahead: <c>numpy.load("index.npy", mmap_mode="r")</c>. Where a frame's blobs stand follows from its row and the sizes of the passes.
/// </summary>
internal sealed class FrameIndex
{
    private readonly Stream _stream;
    private readonly FramePlan _plan;
    private readonly (string Name, string Type, int Bytes, Action<Value, Span<byte>> Put)[] _parameters;
    private readonly byte[] _row;

    /// <summary>Begins the table.</summary>
    public FrameIndex(Stream stream, Experiment experiment, FramePlan plan, long frames)
    {
        _stream = stream;
        _plan = plan;
        var first = plan.At(0).Values;
        _parameters = [.. experiment.Parameters.Select((parameter, i) => Column(parameter, first[i]))];
        _row = new byte[FixedBytes + _parameters.Sum(parameter => parameter.Bytes)];
        stream.Write(Header(frames));
    }

    private static int FixedBytes => 8 + 4 + 4 + 8 + 8 + Digest.Size;

    /// <summary>Adds a frame's row.</summary>
    public void Add(int shard, FrameEntry entry)
    {
        var frame = _plan.At(entry.Index);
        BinaryPrimitives.WriteInt64LittleEndian(_row, entry.Index);
        BinaryPrimitives.WriteInt32LittleEndian(_row.AsSpan(8), shard);
        BinaryPrimitives.WriteInt32LittleEndian(_row.AsSpan(12), frame.NoiseSeed);
        BinaryPrimitives.WriteInt64LittleEndian(_row.AsSpan(16), entry.Offset);
        BinaryPrimitives.WriteInt64LittleEndian(_row.AsSpan(24), entry.RecordBytes);
        entry.Record.Bytes.CopyTo(_row.AsSpan(32));
        var at = FixedBytes;
        for (var i = 0; i < _parameters.Length; i++)
        {
            var cell = _row.AsSpan(at, _parameters[i].Bytes);
            cell.Clear();
            _parameters[i].Put(frame.Values[i], cell);
            at += cell.Length;
        }

        _stream.Write(_row);
    }

    /// <summary>Where a frame stands: its row, without what only the shard knows of it.</summary>
    /// <param name="Shard">Number of the shard.</param>
    /// <param name="Entry">Its index, record's address and offset; nothing else of it is set.</param>
    internal readonly record struct Row(int Shard, FrameEntry Entry);

    /// <summary>Reads a table that this class wrote, to the byte.</summary>
    /// <exception cref="FormatException">It is another one.</exception>
    public static IEnumerable<Row> Read(byte[] table, Experiment experiment, FramePlan plan, long frames)
    {
        using var expected = new MemoryStream();
        var index = new FrameIndex(expected, experiment, plan, frames);
        var header = expected.ToArray();
        if (!table.AsSpan().StartsWith(header) || table.Length != header.Length + (frames * index._row.Length))
        {
            throw new FormatException($"it is no table of {frames} frames of this experiment");
        }

        for (var at = header.Length; at < table.Length; at += index._row.Length)
        {
            var row = table.AsSpan(at);
            yield return new(
                BinaryPrimitives.ReadInt32LittleEndian(row[8..]),
                new(BinaryPrimitives.ReadInt64LittleEndian(row), default, Digest.FromBytes(row.Slice(32, Digest.Size)), BinaryPrimitives.ReadInt64LittleEndian(row[16..]), checked((int)BinaryPrimitives.ReadInt64LittleEndian(row[24..])), 0, default));
        }
    }

    // npy 1.0 as numpy.save writes a structured array: magic, version, length, header padded with spaces to a multiple of 64.
    private byte[] Header(long frames)
    {
        var fields = "('index', '<i8'), ('shard', '<i4'), ('noise_seed', '<i4'), ('offset', '<i8'), ('length', '<i8'), ('record', '|u1', (32,))";
        if (_parameters.Length > 0)
        {
            fields += $", ('parameters', [{string.Join(", ", _parameters.Select(parameter => $"('{parameter.Name}', {parameter.Type})"))}])";
        }

        var text = string.Create(CultureInfo.InvariantCulture, $"{{'descr': [{fields}], 'fortran_order': False, 'shape': ({frames},), }}");
        var length = (10 + text.Length + 1 + 63) / 64 * 64;
        if (length - 10 > ushort.MaxValue)
        {
            throw new RayshardException(ExitCode.AskedWrongly, $"parameters: {_parameters.Length} of them are too many for {BundleNames.Index}: their names and types take more than 64 KiB");
        }

        var header = new byte[length];
        ReadOnlySpan<byte> magic = [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0];
        magic.CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), (ushort)(length - 10));
        header.AsSpan(10).Fill((byte)' ');
        Encoding.ASCII.GetBytes(text, header.AsSpan(10));
        header[^1] = (byte)'\n';
        return header;
    }

    // All values of a parameter are of one kind and length: ExperimentResolver sees to it.
    private static (string, string, int, Action<Value, Span<byte>>) Column(Parameter parameter, Value first) => first.Kind switch
    {
        ValueKind.Integer => (parameter.Name, "'<i8'", 8, (value, cell) => BinaryPrimitives.WriteInt64LittleEndian(cell, (long)value.ToJson())),
        ValueKind.Boolean => (parameter.Name, "'|b1'", 1, (value, cell) => cell[0] = (bool)value.ToJson() ? (byte)1 : (byte)0),
        ValueKind.Text when TextBytes(parameter) is var bytes => (parameter.Name, $"'|S{bytes}'", bytes, (value, cell) => Encoding.UTF8.GetBytes(value.Text!, cell)),
        ValueKind.Vector => (parameter.Name, $"'<f8', ({first.Length},)", 8 * first.Length, PutNumbers),
        _ => (parameter.Name, "'<f8'", 8, PutNumbers),
    };

    private static int TextBytes(Parameter parameter) =>
        Math.Max(1, (parameter.List ?? parameter.Random?.Choice ?? []).Select(value => Encoding.UTF8.GetByteCount(value.Text ?? "")).DefaultIfEmpty(1).Max());

    private static void PutNumbers(Value value, Span<byte> cell)
    {
        foreach (var number in value.Numbers)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(cell, number);
            cell = cell[8..];
        }
    }
}
