using Rayshard.Sharing.Targets;

namespace Rayshard.Sharing;

/// <summary>How far a push or pull is.</summary>
/// <param name="Done">Bytes that are where they should be.</param>
/// <param name="Moved">Bytes of them that travelled just now.</param>
/// <param name="Total">Bytes in all.</param>
public readonly record struct TransferProgress(long Done, long Moved, long Total);

/// <summary>Moves bundles: only what the other side lacks, several files at once, every byte checked, and the manifest last.</summary>
public static class BundleTransfer
{
    // More streams than cores: the wait is for the network.
    private const int PullStreams = 4;

    /// <summary>Pushes a bundle. What its digests promise is checked on the way: a file that rotted here ends it before anything is published.</summary>
    /// <returns>Bytes that travelled.</returns>
    /// <exception cref="RayshardException">A file here is not what the manifest says, or the target failed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; the same call goes on.</exception>
    public static async Task<long> PushAsync(Bundle bundle, ISharingTarget to, IProgress<TransferProgress>? progress, CancellationToken cancellation)
    {
        var tally = new Tally(bundle.Head.Files.Sum(file => file.Bytes), progress);
        await Parallel.ForEachAsync(bundle.Head.Files, Options(Departure.Streams, cancellation), async (file, token) =>
        {
            if (await to.HasAsync(file, token).ConfigureAwait(false))
            {
                tally.Report(new(file.Bytes, HasTravelled: false));
                return;
            }

            await to.WriteAsync(file, bundle.PathOf(file), tally, token).ConfigureAwait(false);
        }).ConfigureAwait(false);
        await to.PublishAsync(bundle.Head, cancellation).ConfigureAwait(false);
        return tally.Moved;
    }

    /// <summary>Pulls a bundle into a folder: a new one, an unfinished one, or one with another state of the same experiment, which is brought up to date.</summary>
    /// <returns>The bundle, and the bytes that travelled.</returns>
    /// <exception cref="RayshardException">There is no bundle, bytes are not what its digests promise, or the folder holds something else.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; the same call goes on.</exception>
    public static async Task<(Bundle Bundle, long Moved)> PullAsync(ISharingTarget from, string reference, string output, IProgress<TransferProgress>? progress, CancellationToken cancellation)
    {
        var head = await from.ReadHeadAsync(cancellation).ConfigureAwait(false) ?? throw new RayshardException(ExitCode.NotFound, $"--bundle={reference}: there is no bundle");
        var folder = BundleFolder.Create(output, present => present.Manifest.Experiment == head.Manifest.Experiment);
        var tally = new Tally(head.Files.Sum(file => file.Bytes), progress);
        await Parallel.ForEachAsync(head.Files, Options(PullStreams, cancellation), async (file, token) =>
        {
            if (folder.Holds(file))
            {
                tally.Report(new(file.Bytes, HasTravelled: false));
            }
            else
            {
                await Arrival.Into(folder, file).TakeAsync(from, tally, token).ConfigureAwait(false);
            }
        }).ConfigureAwait(false);
        return (folder.Commit(head), tally.Moved);
    }

    /// <summary>Pulls the chosen frames and passes of a bundle: a bundle of its own, the one that <see cref="Bundler"/> makes by that selection. No more than their bytes travel.</summary>
    /// <returns>The bundle, and the bytes that travelled.</returns>
    /// <exception cref="RayshardException">There is no bundle, the selection is wrong or empty, bytes are not what its digests promise, or the folder holds something else.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; the same call goes on.</exception>
    public static async Task<(Bundle Bundle, long Moved)> PullAsync(ISharingTarget from, string reference, FrameSelection selection, string output, IProgress<TransferProgress>? progress, CancellationToken cancellation)
    {
        if (selection.IsAll)
        {
            return await PullAsync(from, reference, output, progress, cancellation).ConfigureAwait(false);
        }

        var head = await from.ReadHeadAsync(cancellation).ConfigureAwait(false) ?? throw new RayshardException(ExitCode.NotFound, $"--bundle={reference}: there is no bundle");
        var folder = BundleFolder.Create(output, present => present.Manifest.Experiment == head.Manifest.Experiment);
        var tally = new Tally(0, null);
        var request = await new SelectedPull(from, head, selection, Path.Combine(folder.Partial, "source"))
            .FetchAsync(total => tally = new(total, progress), Options(PullStreams, cancellation)).ConfigureAwait(false);
        return (await new Bundler(request).WriteAsync(output, cancellation).ConfigureAwait(false), tally.Moved);
    }

    private static ParallelOptions Options(int streams, CancellationToken cancellation) => new() { MaxDegreeOfParallelism = streams, CancellationToken = cancellation };

    private sealed class Tally(long total, IProgress<TransferProgress>? progress) : IProgress<Arrived>
    {
        private readonly Lock _lock = new();
        private long _done;

        public long Moved { get; private set; }

        public void Report(Arrived value)
        {
            lock (_lock)
            {
                _done += value.Bytes;
                Moved += value.HasTravelled ? value.Bytes : 0;
                progress?.Report(new(_done, Moved, total));
            }
        }
    }
}
