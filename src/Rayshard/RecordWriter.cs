using System.Buffers;
using System.Text;

namespace Rayshard;

/// <summary>Writes the records of one experiment's frames. Immutable, thread-safe.</summary>
public sealed class RecordWriter
{
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_record;

    private readonly (int Parameter, byte[] Name)[] _parameters;

    /// <summary>For a resolved experiment.</summary>
    public RecordWriter(Experiment experiment) =>
        _parameters = [.. Enumerable.Range(0, experiment.Parameters.Count)
            .OrderBy(i => experiment.Parameters[i].Name, CanonicalJson.NameOrder)
            .Select(i => (i, Encoding.UTF8.GetBytes(CanonicalJson.Text(experiment.Parameters[i].Name) + ":")))];

    /// <summary>The record of a rendered frame.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="passes">Its passes, in any order.</param>
    public Record Write(Frame frame, IEnumerable<RecordedPass> passes)
    {
        var sorted = passes.OrderBy(pass => pass.Name, StringComparer.Ordinal).ToArray();
        var to = t_record ??= new(512);
        to.ResetWrittenCount();
        to.Write("{"u8);

        // Not an empty object where nothing is random: Arrow has no Parquet form for a struct without fields.
        if (frame.Draws.Count > 0)
        {
            to.Write("\"draws\":"u8);
            frame.WriteDraws(to);
            to.Write(","u8);
        }

        to.Write("\"frame\":"u8);
        to.WriteDigest(frame.Key);
        to.Write(",\"noise_seed\":"u8);
        to.WriteNumber((long)frame.NoiseSeed);
        to.Write(",\"parameters\":{"u8);
        for (var i = 0; i < _parameters.Length; i++)
        {
            to.Write(i == 0 ? ""u8 : ","u8);
            to.Write(_parameters[i].Name);
            frame.Values[_parameters[i].Parameter].WriteTo(to);
        }

        to.Write("},\"passes\":["u8);
        for (var i = 0; i < sorted.Length; i++)
        {
            to.Write(i == 0 ? ""u8 : ","u8);
            Write(to, sorted[i]);
        }

        to.Write("],\"rayshard\":1}"u8);
        return new(to.WrittenSpan.ToArray(), frame.Key, sorted);
    }

    private static void Write(ArrayBufferWriter<byte> to, RecordedPass pass)
    {
        to.Write("{\"address\":"u8);
        to.WriteDigest(pass.Address);
        to.Write(",\"channels\":["u8);
        for (var i = 0; i < pass.Channels.Count; i++)
        {
            to.Write(i == 0 ? ""u8 : ","u8);
            to.WriteText(pass.Channels[i]);
        }

        to.Write("],\"dtype\":"u8);
        to.WriteText(RecordedPass.Dtype);
        to.Write(",\"name\":"u8);
        to.WriteText(pass.Name);
        to.Write(",\"shape\":["u8);
        to.WriteNumber((long)pass.Height);
        to.Write(","u8);
        to.WriteNumber((long)pass.Width);
        to.Write(","u8);
        to.WriteNumber((long)pass.Channels.Count);
        to.Write("],\"unit\":"u8);
        to.WriteText(pass.Unit);
        to.Write("}"u8);
    }
}
