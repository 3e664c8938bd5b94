namespace Rayshard.Sharing.Targets;

/// <summary>A folder: another disk, a network share, what a web server serves.</summary>
internal sealed class FolderTarget(string path) : ISharingTarget
{
    private readonly Lock _lock = new();
    private BundleFolder? _folder;

    public Task<BundleHead?> ReadHeadAsync(CancellationToken cancellation) =>
        Task.FromResult(File.Exists(Path.Combine(path, BundleNames.Manifest)) ? Bundle.Open(path).Head : null);

    public Task<Stream> OpenAsync(BundleFile file, long offset, long bytes, CancellationToken cancellation)
    {
        try
        {
            var stream = File.OpenRead(Path.Combine(path, file.Name));
            stream.Position = offset;
            return Task.FromResult<Stream>(stream);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RayshardException(ExitCode.NotSo, $"folder:{path}: {file.Name}: can't be read: {e.Message}", e);
        }
    }

    public Task<bool> HasAsync(BundleFile file, CancellationToken cancellation) => Task.FromResult(Folder().Holds(file));

    public Task WriteAsync(BundleFile file, string path, IProgress<Arrived> sent, CancellationToken cancellation) =>
        Arrival.Into(Folder(), file).TakeAsync(path, sent, cancellation);

    public Task PublishAsync(BundleHead head, CancellationToken cancellation)
    {
        Folder().Commit(head);
        return Task.CompletedTask;
    }

    public void Dispose()
    {
    }

    // Another state of a bundle may be replaced by the next; both are of one experiment.
    private BundleFolder Folder()
    {
        lock (_lock)
        {
            return _folder ??= BundleFolder.Create(path, _ => true);
        }
    }
}
