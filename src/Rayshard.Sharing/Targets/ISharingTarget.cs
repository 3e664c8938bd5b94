namespace Rayshard.Sharing.Targets;

/// <summary>
/// A place where one bundle lies, or will. It names files by their digests or by names that <see cref="BundleNames"/> allows; whoever reads from it checks
/// every byte, so a target may be wrong but can't deceive. Members may be called side by side, for unlike files.
/// </summary>
public interface ISharingTarget : IDisposable
{
    /// <summary>What is there now: the one read that looks a name up. Nothing where there is no bundle.</summary>
    /// <exception cref="RayshardException">The place can't be reached, refuses us, or holds something that is no bundle.</exception>
    Task<BundleHead?> ReadHeadAsync(CancellationToken cancellation);

    /// <summary>The <paramref name="bytes"/> bytes of a file from <paramref name="offset"/> on; more may follow.</summary>
    /// <exception cref="RayshardException">The place does not have it, or refuses us.</exception>
    Task<Stream> OpenAsync(BundleFile file, long offset, long bytes, CancellationToken cancellation);

    /// <summary>Whether the place has a file's bytes, so that they need not be sent.</summary>
    Task<bool> HasAsync(BundleFile file, CancellationToken cancellation);

    /// <summary>Sends a file, and checks on the way that it is what its digest says. Nobody who pulls sees it before <see cref="PublishAsync"/>.</summary>
    /// <param name="file">The file.</param>
    /// <param name="path">Where it lies here.</param>
    /// <param name="sent">Hears of every part that has arrived.</param>
    /// <param name="cancellation">Ends it at the next moment from which sending can go on later.</param>
    /// <exception cref="RayshardException">The file here is not that of the digest (<see cref="ExitCode.NotSo"/>), or the place failed.</exception>
    Task WriteAsync(BundleFile file, string path, IProgress<Arrived> sent, CancellationToken cancellation);

    /// <summary>Makes the bundle, all of whose files were sent, the one that is there: at once, or not at all.</summary>
    Task PublishAsync(BundleHead head, CancellationToken cancellation);
}

/// <summary>Bytes that are where they should be now.</summary>
/// <param name="Bytes">How many more; fewer than none where some were thrown away.</param>
/// <param name="HasTravelled">Whether they travelled just now, or were there from before.</param>
public readonly record struct Arrived(long Bytes, bool HasTravelled);
