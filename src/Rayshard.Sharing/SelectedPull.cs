using Rayshard.Sharing.Metadata;
using Rayshard.Sharing.Targets;
using Rayshard.Storage;

namespace Rayshard.Sharing;

/// <summary>
/// Fetches the byte ranges of a bundle that hold a selection, into files with holes that are shards as far as they go, and bundles these: the same bundle
/// as its owner would make by that selection. <c>index.npy</c>, which the bundle's digest covers, says where a frame stands and its record's
/// address, the record those of its blobs; so every byte that is used was checked.
/// </summary>
internal sealed class SelectedPull(ISharingTarget from, BundleHead head, FrameSelection selection, string scratch)
{
    private const int Block = 512;

    // Less between two ranges than what it costs to ask once more.
    private const long Gap = 64 << 10;

    private readonly BundleFolder _small = BundleFolder.Create(scratch, _ => true);

    /// <summary>Fetches what is not here yet.</summary>
    /// <param name="tally">Makes the counter, given the bytes in all.</param>
    /// <param name="options">How many streams, and what ends it.</param>
    /// <returns>What to bundle.</returns>
    /// <exception cref="RayshardException">The selection is wrong, bytes are not what they should be, or the source failed.</exception>
    public async Task<BundleRequest> FetchAsync(Func<long, IProgress<Arrived>> tally, ParallelOptions options)
    {
        var whole = head.Files.Where(IsWhole).ToList();
        await Parallel.ForEachAsync(whole.Where(file => !_small.Holds(file)), options, async (file, token) =>
            await Arrival.Into(_small, file).TakeAsync(from, new Nothing(), token).ConfigureAwait(false)).ConfigureAwait(false);
        var experiment = Bundle.ReadExperiment(scratch, head.Manifest);
        var plan = new FramePlan(experiment);
        selection.Of(experiment);
        var test = selection.Test(experiment, plan);
        var stored = StoredExperiment.At(Path.Combine(scratch, "store"), experiment, plan);
        Directory.CreateDirectory(stored.Folder);
        var shards = Rows(experiment, plan).GroupBy(row => row.Shard)
            .Select(rows => (Number: rows.Key, Rows: rows.Select(row => row.Entry).ToList()))
            .Select(shard => (File: FileOf(stored, shard.Number), shard.Number, Last: shard.Rows[^1], Chosen: shard.Rows.Where(row => test(plan.At(row.Index))).ToList()))
            .Where(shard => shard.Chosen.Count > 0)
            .Select(shard => new Piece(shard.File, stored.ShardPath(shard.Number), ShardLayout.Of(experiment, plan, shard.Number), shard.Last, shard.Chosen)).ToList();
        var progress = tally(whole.Sum(file => file.Bytes) + shards.Sum(shard => Ranges(shard, shard.Chosen).Append(End(shard)).Sum(range => range.Bytes)));
        progress.Report(new(whole.Sum(file => file.Bytes), HasTravelled: true));
        await Parallel.ForEachAsync(shards, options, async (shard, token) => await FetchAsync(shard, progress, token).ConfigureAwait(false)).ConfigureAwait(false);
        return new() { Experiment = experiment, SceneFolder = Path.Combine(scratch, BundleNames.SceneFolder), StoreFolder = Path.Combine(scratch, "store"), BlenderFolder = Blender(experiment), Selection = selection };
    }

    private sealed record Piece(BundleFile File, string Path, ShardLayout Layout, FrameEntry Last, List<FrameEntry> Chosen);

    private static bool IsWhole(BundleFile file) => file.Name == BundleNames.Index || file.Name.StartsWith("experiment/", StringComparison.Ordinal) || (file.Name.StartsWith(BundleNames.EvidenceFolder, StringComparison.Ordinal) && file.Name != BundleNames.Preview);

    private List<FrameIndex.Row> Rows(Experiment experiment, FramePlan plan)
    {
        try
        {
            return [.. FrameIndex.Read(File.ReadAllBytes(_small.PathOf(BundleNames.Index)), experiment, plan, head.Manifest.Frames)];
        }
        catch (Exception e) when (e is FormatException or OverflowException or IOException)
        {
            throw new RayshardException(ExitCode.NotSo, $"{BundleNames.Index}: {e.Message}: pull the bundle whole", e);
        }
    }

    private BundleFile FileOf(StoredExperiment stored, int number) =>
        head.Manifest.Shards.FirstOrDefault(file => file.Name == BundleNames.ShardFolder + Path.GetFileName(stored.ShardPath(number)))
            ?? throw new RayshardException(ExitCode.NotSo, $"{BundleNames.Index}: names shard {number}, which the bundle does not have");

    private async Task FetchAsync(Piece piece, IProgress<Arrived> progress, CancellationToken cancellation)
    {
        using (var file = File.OpenHandle(piece.Path, FileMode.OpenOrCreate, FileAccess.ReadWrite))
        {
            RandomAccess.SetLength(file, piece.File.Bytes);
        }

        // What an earlier run left shows by its digests.
        var missing = piece.Chosen.Where(row => !Holds(piece, row)).ToList();
        var ranges = Ranges(piece, missing);
        var kept = Ranges(piece, piece.Chosen).Sum(range => range.Bytes) - ranges.Sum(range => range.Bytes);
        progress.Report(new(kept, HasTravelled: false));
        foreach (var range in ranges.Prepend(End(piece)))
        {
            await FetchAsync(piece, range, progress, cancellation).ConfigureAwait(false);
        }

        if (missing.Where(row => !Holds(piece, row)).Select(row => (long?)row.Index).FirstOrDefault() is { } wrong)
        {
            throw new RayshardException(ExitCode.NotSo, $"{piece.File.Name}: the bytes of frame {wrong} that came are not those of its addresses: damaged on the way, or not the bundle's");
        }
    }

    private async Task FetchAsync(Piece piece, (long Offset, long Bytes) range, IProgress<Arrived> progress, CancellationToken cancellation)
    {
        using var file = File.OpenHandle(piece.Path, FileMode.Open, FileAccess.Write);
        var buffer = new byte[(int)Math.Min(1 << 20, range.Bytes)];
        var (at, end) = (range.Offset, range.Offset + range.Bytes);
        for (var tries = 0; at < end;)
        {
            var before = at;
            try
            {
                using var source = await from.OpenAsync(piece.File, at, end - at, cancellation).ConfigureAwait(false);
                while (at < end)
                {
                    var read = await Arrival.ReadAsync(source, buffer.AsMemory(0, (int)Math.Min(buffer.Length, end - at)), cancellation).ConfigureAwait(false);
                    RandomAccess.Write(file, read > 0 ? buffer.AsSpan(0, read) : throw new IOException("it ends too early"), at);
                    at += read;
                    progress.Report(new(read, HasTravelled: true));
                }
            }
            catch (Exception e) when (e is IOException or HttpRequestException or TimeoutException && !cancellation.IsCancellationRequested)
            {
                tries = at > before ? 0 : tries + 1;
                if (tries == Arrival.Tries)
                {
                    throw new RayshardException(ExitCode.Failed, $"{piece.File.Name}: broke off at byte {at}, {tries} times: {e.Message}; the same command goes on there", e);
                }
            }
        }
    }

    private bool Holds(Piece piece, FrameEntry row)
    {
        try
        {
            using var shard = ShardReader.Open(piece.Path);
            using var frame = shard.Read(row);
            if (frame.Record.Address != row.Record || shard.Find(row.Index)?.Offset != row.Offset)
            {
                return false;
            }

            foreach (var pass in Passes(piece.Layout))
            {
                frame.ReadBlob(pass, new byte[frame.BlobBytes(pass)]);
            }

            return true;
        }
        catch (DamagedShardException)
        {
            return false;
        }
    }

    private IEnumerable<int> Passes(ShardLayout layout)
    {
        var names = selection.Passes?.Split(',', StringSplitOptions.TrimEntries);
        return Enumerable.Range(0, layout.Passes.Count).Where(i => names is null || names.Contains(layout.Passes[i].Name));
    }

    // The shard's own manifest, from the end of its last frame on.
    private static (long Offset, long Bytes) End(Piece piece)
    {
        var start = piece.Layout.BlobOffset(piece.Last, piece.Layout.Passes.Count) - Block;
        return Checked(piece, start, piece.File.Bytes - start);
    }

    private List<(long Offset, long Bytes)> Ranges(Piece piece, List<FrameEntry> rows)
    {
        var merged = new List<(long Offset, long Bytes)>();
        foreach (var (offset, bytes) in rows.SelectMany(row => RangesOf(piece, row)))
        {
            if (merged.Count > 0 && merged[^1] is var last && offset - (last.Offset + last.Bytes) <= Gap)
            {
                merged[^1] = (last.Offset, offset + bytes - last.Offset);
            }
            else
            {
                merged.Add((offset, bytes));
            }
        }

        return merged;
    }

    private IEnumerable<(long Offset, long Bytes)> RangesOf(Piece piece, FrameEntry row)
    {
        yield return Checked(piece, row.Offset, Block + row.RecordBytes);
        foreach (var pass in Passes(piece.Layout))
        {
            yield return Checked(piece, piece.Layout.BlobOffset(row, pass), piece.Layout.Passes[pass].BlobBytes);
        }
    }

    private static (long Offset, long Bytes) Checked(Piece piece, long offset, long bytes) =>
        offset >= 0 && bytes > 0 && offset + bytes <= piece.File.Bytes ? (offset, bytes)
        : throw new RayshardException(ExitCode.NotSo, $"{BundleNames.Index}: names bytes that {piece.File.Name} does not have");

    // Where the lock stands in a checkout, and the fingerprints in a store.
    private string Blender(Experiment experiment)
    {
        if (experiment.Pin?.Lock is { Length: > 0 } pinned && !Path.IsPathRooted(pinned))
        {
            BundleFolder.LinkOrCopyAnew(_small.PathOf($"experiment/{Path.GetFileName(pinned)}"), Path.Combine(scratch, "blender", pinned));
        }

        var fingerprints = Path.Combine(StoredExperiment.At(Path.Combine(scratch, "store"), experiment, new(experiment)).Folder, "fingerprints");
        foreach (var file in head.Files.Where(file => file.Name.StartsWith(BundleNames.EvidenceFolder + "fingerprints/", StringComparison.Ordinal)))
        {
            BundleFolder.LinkOrCopyAnew(_small.PathOf(file.Name), Path.Combine(fingerprints, Path.GetFileName(file.Name)));
        }

        return Path.Combine(scratch, "blender");
    }

    private sealed class Nothing : IProgress<Arrived>
    {
        public void Report(Arrived value)
        {
        }
    }
}
