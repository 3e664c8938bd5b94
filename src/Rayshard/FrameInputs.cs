using System.Buffers;
using System.Text;

namespace Rayshard;

/// <summary>What of a frame goes into the scene, as canonical JSON: written once for the frame's key and once for the Worker. Immutable, thread-safe.</summary>
public sealed class FrameInputs
{
    private readonly IReadOnlyList<int> _paths;
    private readonly byte[][] _pathNames;
    private readonly (int Parameter, byte[] Name)[] _applied;

    /// <summary>The inputs of a resolved experiment's frames.</summary>
    public FrameInputs(Experiment experiment)
    {
        _paths = FramePlan.PathParameters(experiment);
        _pathNames = [.. _paths.Select(i => CanonicalJson.Bytes(experiment.Parameters[i].Path!))];
        _applied = [.. Enumerable.Range(0, experiment.Parameters.Count)
            .Where(i => experiment.Parameters[i].Path is null)
            .OrderBy(i => experiment.Parameters[i].Name, CanonicalJson.NameOrder)
            .Select(i => (i, Encoding.UTF8.GetBytes(CanonicalJson.Text(experiment.Parameters[i].Name) + ":")))];
    }

    /// <summary>Writes the values of the parameters without a path, by name: what the scene's <c>apply</c> is given.</summary>
    public void WriteApply(ArrayBufferWriter<byte> to, IReadOnlyList<Value> values)
    {
        to.Write("{"u8);
        for (var i = 0; i < _applied.Length; i++)
        {
            to.Write(i == 0 ? ""u8 : ","u8);
            to.Write(_applied[i].Name);
            values[_applied[i].Parameter].WriteTo(to);
        }

        to.Write("}"u8);
    }

    /// <summary>Writes the values that are set by data path, in the order in which they are set.</summary>
    public void WriteValues(ArrayBufferWriter<byte> to, IReadOnlyList<Value> values)
    {
        to.Write("["u8);
        for (var i = 0; i < _paths.Count; i++)
        {
            to.Write(i == 0 ? ""u8 : ","u8);
            values[_paths[i]].WriteTo(to);
        }

        to.Write("]"u8);
    }

    /// <summary>The same, each with its path.</summary>
    public void WritePathsAndValues(ArrayBufferWriter<byte> to, IReadOnlyList<Value> values)
    {
        to.Write("["u8);
        for (var i = 0; i < _paths.Count; i++)
        {
            to.Write(i == 0 ? "["u8 : ",["u8);
            to.Write(_pathNames[i]);
            to.Write(","u8);
            values[_paths[i]].WriteTo(to);
            to.Write("]"u8);
        }

        to.Write("]"u8);
    }
}
