namespace Rayshard.Storage;

/// <summary>One thing that is wrong, and where.</summary>
/// <param name="File">The file, relative to the store where it lies in one.</param>
/// <param name="Offset">Byte of the file, from 0.</param>
/// <param name="Entry">Name of the shard's entry; empty where there is none or its name is not one that an entry may have.</param>
/// <param name="Kind">What kind of fault.</param>
/// <param name="Reason">One line for people.</param>
public sealed record Fault(string File, long Offset, string Entry, FaultKind Kind, string Reason)
{
    /// <inheritdoc/>
    public override string ToString() => $"{File}, byte {Offset}{(Entry.Length > 0 ? $", {Entry}" : "")}: {Reason}";
}
