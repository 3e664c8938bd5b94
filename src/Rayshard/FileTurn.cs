namespace Rayshard;

/// <summary>One process at a time: who comes second waits. The kernel drops the lock with the process, so a crash leaves nothing to wait for.</summary>
public static class FileTurn
{
    // EWOULDBLOCK, which .NET hands through: somebody has the file.
    private const int Taken = 11;

    private static readonly TimeSpan s_again = TimeSpan.FromMilliseconds(200);

    /// <summary>Waits for the turn at a lock file, which is there for as long as somebody has it.</summary>
    /// <returns>The turn; disposed when the next one may come.</returns>
    /// <exception cref="IOException">The file can't be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be made.</exception>
    public static async Task<IDisposable> TakeAsync(string path, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
            }
            catch (IOException e) when (e.HResult == Taken)
            {
                await Task.Delay(s_again, cancellation).ConfigureAwait(false);
            }
        }
    }
}
