using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Rayshard.Blender.Tests;

/// <summary>A small HTTP server on this machine that can be told to misbehave.</summary>
internal sealed partial class LoopbackServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly byte[] _body;

    public LoopbackServer(byte[] body)
    {
        _body = body;
        _listener.Start();
        _ = ServeAsync();
    }

    /// <summary>Where the file is.</summary>
    public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/blender.tar";

    /// <summary>Bytes after which each of the first so many connections is cut.</summary>
    public (int Connections, int Bytes) Cut { get; init; }

    /// <summary>Where to send everyone instead.</summary>
    public string? Redirect { get; init; }

    /// <summary>The first byte that each request asked for.</summary>
    public List<long> Asked { get; } = [];

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                await AnswerAsync(client.GetStream());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException)
        {
            // The test is over.
        }
    }

    private async Task AnswerAsync(NetworkStream stream)
    {
        var reader = new StreamReader(stream, Encoding.ASCII);
        var from = 0L;
        for (var line = await reader.ReadLineAsync(); !string.IsNullOrEmpty(line); line = await reader.ReadLineAsync())
        {
            from = Range().Match(line) is { Success: true } match ? long.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) : from;
        }

        Asked.Add(from);
        var head = Redirect is not null ? $"HTTP/1.1 302 Found\r\nLocation: {Redirect}\r\nContent-Length: 0\r\n"
            : from > 0 ? $"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {from}-{_body.Length - 1}/{_body.Length}\r\nContent-Length: {_body.Length - from}\r\n"
            : $"HTTP/1.1 200 OK\r\nContent-Length: {_body.Length}\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head + "Connection: close\r\n\r\n"));
        if (Redirect is null)
        {
            var rest = _body.AsMemory((int)from);
            await stream.WriteAsync(Asked.Count <= Cut.Connections ? rest[..Math.Min(Cut.Bytes, rest.Length)] : rest);
        }
    }

    [GeneratedRegex(@"^Range: bytes=(\d+)-", RegexOptions.IgnoreCase)]
    private static partial Regex Range();
}
