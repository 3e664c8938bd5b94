using System.Globalization;
using System.Text;

namespace Rayshard.Blender;

/// <summary>The file that a Worker's own output is appended to: evidence, never parsed.</summary>
internal sealed class WorkerLog
{
    private const long MaxBytes = 8 << 20;
    private const int TailBytes = 4096;
    private const int TailLines = 40;

    private readonly long _from;

    /// <summary>Goes on with a Worker's log; the tail begins here.</summary>
    public WorkerLog(string path)
    {
        Path = path;
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        Note("start");
        _from = new FileInfo(path).Length;
    }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>Empties the log when it has grown beyond 8 MiB. The Worker appends, so it goes on at the start.</summary>
    public void Trim()
    {
        try
        {
            if (new FileInfo(Path) is { Exists: true, Length: > MaxBytes })
            {
                using (var file = new FileStream(Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
                {
                    file.SetLength(0);
                }

                Note("trimmed: more than 8 MiB");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Full or gone; the Worker matters more than what it says.
        }
    }

    /// <summary>The last lines that the Worker wrote, at most 40 and 4 KiB; empty when it wrote none.</summary>
    public string Tail()
    {
        try
        {
            using var file = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var from = file.Length < _from ? 0 : _from;
            file.Position = Math.Max(from, file.Length - TailBytes);
            var bytes = new byte[TailBytes];
            var read = file.ReadAtLeast(bytes, TailBytes, throwOnEndOfStream: false);
            return string.Join('\n', Encoding.UTF8.GetString(bytes, 0, read).TrimEnd().Split('\n').TakeLast(TailLines));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private void Note(string what) => File.AppendAllText(Path,
        string.Create(CultureInfo.InvariantCulture, $"--- rayshard: {what}, {TimeProvider.System.GetUtcNow():yyyy-MM-dd HH:mm:ss}Z\n"));
}
