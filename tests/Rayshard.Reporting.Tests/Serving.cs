using System.Net;
using System.Net.Sockets;

namespace Rayshard.Reporting.Tests;

/// <summary>A live page on a free port, until it is disposed of.</summary>
internal sealed class Serving : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly Task _task;

    public Serving(FrameShelf shelf, string runs)
    {
        Port = FreePort();
        var watch = new Watch(shelf, runs, Port, TimeProvider.System);
        Address = watch.Address.ToString();
        using var listening = new ManualResetEventSlim();
        _task = Task.Run(() => watch.ServeAsync(listening.Set, _end.Token));
        listening.Wait();
    }

    public int Port { get; }

    public string Address { get; }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _task;
        _end.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
