namespace Rayshard.Storage;

/// <summary>The end of a sealed shard, from which all the rest is found: where the manifest stands and its digest. One read, whatever the shard's size.</summary>
/// <param name="Start">Byte at which the manifest's first line begins.</param>
/// <param name="ManifestBytes">Bytes of the manifest.</param>
/// <param name="Entries">Entries before the manifest.</param>
/// <param name="Digest">SHA-256 of the manifest's lines before the last.</param>
internal sealed record ShardTail(long Start, int ManifestBytes, int Entries, Digest Digest)
{
    // The last line has at most 128 bytes, the padding before the trailer 511.
    private const int LookBack = 1024;

    /// <exception cref="DamagedShardException">The file does not end as a sealed shard does.</exception>
    public static ShardTail Read(ShardBytes shard)
    {
        var trailer = shard.Length - Ustar.TrailerBytes;
        if (trailer < LookBack)
        {
            throw shard.Damaged(shard.Length, "", FaultKind.Truncated, "the file is too short for a shard");
        }

        if (trailer % Ustar.Block != 0)
        {
            throw shard.Damaged(shard.Length, "", FaultKind.BadTrailer, $"{shard.Length} bytes are no whole number of {Ustar.Block}-byte blocks: the file was cut or appended to");
        }

        if (!shard.IsZero(trailer, Ustar.TrailerBytes))
        {
            throw shard.Damaged(trailer, "", FaultKind.BadTrailer, "the two zero blocks that end a shard are missing: the file was cut, appended to or damaged");
        }

        var text = shard.Read(trailer - LookBack, LookBack).AsSpan().TrimEnd((byte)0);
        var padding = LookBack - text.Length;
        if (padding >= Ustar.Block || text.IsEmpty || text[^1] != '\n')
        {
            throw Manifest(shard, trailer, "the shard does not end with a manifest");
        }

        var line = text[..^1];
        line = line[(line.LastIndexOf((byte)'\n') + 1)..];
        var end = trailer - padding;
        return ManifestReader.TryReadFoot(line, out var foot) && foot.Start >= Ustar.Block && foot.Start % Ustar.Block == 0 && foot.Start < end
            && end - foot.Start <= Storage.Manifest.MaxBytes
            ? new(foot.Start, (int)(end - foot.Start), foot.Entries, foot.Digest)
            : throw Manifest(shard, end - line.Length - 1, "the manifest's last line is damaged");
    }

    /// <summary>Reads the whole manifest, header and all, strictly.</summary>
    /// <exception cref="DamagedShardException">It is damaged.</exception>
    public (ShardLayout Layout, FrameEntry[] Frames) ReadManifest(ShardBytes shard)
    {
        var header = shard.Read(Start - Ustar.Block, Ustar.Block, Storage.EntryName.Manifest);
        if (!header.AsSpan().SequenceEqual(Ustar.Header(EntryName.Manifest, ManifestBytes)))
        {
            throw shard.Damaged(Start - Ustar.Block, EntryName.Manifest, FaultKind.BadHeader, "the manifest's tar header is not the one that its name and size give");
        }

        try
        {
            return ManifestReader.Read(shard, Start, ManifestBytes);
        }
        catch (FormatException e)
        {
            throw Manifest(shard, Start, e.Message);
        }
    }

    /// <summary>Reads no more of a shard than what frames it may hold and which passes they have.</summary>
    /// <exception cref="DamagedShardException">Its end or the manifest's first line is damaged.</exception>
    public static ShardLayout ReadLayout(string path)
    {
        using var shard = ShardBytes.Open(path, path);
        var tail = Read(shard);
        try
        {
            return ManifestReader.ReadHead(shard.Read(tail.Start, Math.Min(tail.ManifestBytes, ManifestReader.MaxHead), Storage.EntryName.Manifest));
        }
        catch (FormatException e)
        {
            throw Manifest(shard, tail.Start, e.Message);
        }
    }

    private static DamagedShardException Manifest(ShardBytes shard, long offset, string reason) =>
        shard.Damaged(offset, EntryName.Manifest, FaultKind.BadManifest, reason);
}
