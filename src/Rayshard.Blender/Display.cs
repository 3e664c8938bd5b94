using System.Globalization;

namespace Rayshard.Blender;

/// <summary>A private X display in memory, for the capture that needs a window.</summary>
internal sealed class Display : IAsyncDisposable
{
    public const string Executable = "/usr/bin/Xvfb";

    /// <summary>The variable that names a program's display.</summary>
    public const string Variable = "DISPLAY";

    /// <summary>The folder of all displays' sockets.</summary>
    public const string Sockets = "/tmp/.X11-unix";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly ProcessGroup _server;

    private Display(ProcessGroup server, int number)
    {
        _server = server;
        Name = string.Create(CultureInfo.InvariantCulture, $":{number}");
    }

    /// <summary>The value of DISPLAY.</summary>
    public string Name { get; }

    /// <summary>Starts one and waits until it takes connections.</summary>
    /// <exception cref="RayshardException">It can't be started.</exception>
    public static async Task<Display> StartAsync(IReadOnlyDictionary<string, string> environment, string folder, string log, CancellationToken cancellation)
    {
        var server = await ProcessGroup.StartAsync(new(
            Executable, ["-displayfd", "3", "-screen", "0", "640x480x24", "-nolisten", "tcp"], environment, folder, log)).ConfigureAwait(false);
        try
        {
            var line = await server.ReadLineAsync(cancellation).ConfigureAwait(false);
            return int.TryParse(line, CultureInfo.InvariantCulture, out var number)
                ? new(server, number)
                : throw new RayshardException(ExitCode.Failed, $"Xvfb ended before it gave a display: see {log}");
        }
        catch
        {
            server.Kill();
            await server.Exited.ConfigureAwait(false);
            server.Dispose();
            throw;
        }
    }

    /// <summary>Ends it: politely first, because only then it removes its socket and lock from /tmp.</summary>
    public async ValueTask DisposeAsync()
    {
        _server.Signal(Native.SigTerm);
        await Task.WhenAny(_server.Exited, Task.Delay(s_patience)).ConfigureAwait(false);
        _server.Kill();
        await _server.Exited.ConfigureAwait(false);
        _server.Dispose();
    }
}
