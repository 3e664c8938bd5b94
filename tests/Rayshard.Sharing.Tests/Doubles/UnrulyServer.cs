using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Rayshard.Sharing.Tests;

/// <summary>What a web server does that it should not.</summary>
public enum Misbehaviour
{
    None,
    CutsEveryBody,
    IgnoresRanges,
    IsBusyFirst,
    ClosesWithoutAnAnswer,
    FlipsABit,
    SendsTooMuch,
    SendsAnotherRange,
    EndlessManifest,
    RedirectsForEver,
    RefusesShards,
}

/// <summary>A web server of a few lines, so that it can break every rule: it serves a folder, byte by byte under our hand.</summary>
internal sealed class UnrulyServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<string, int> _asked = new();
    private readonly string _folder;
    private readonly Misbehaviour _misbehaviour;

    public UnrulyServer(string folder, Misbehaviour misbehaviour)
    {
        (_folder, _misbehaviour) = (folder, misbehaviour);
        _listener.Start();
        _ = AcceptAsync();
    }

    public string Address => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                _ = Task.Run(() => Serve(client));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }

    private void Serve(TcpClient client)
    {
        using (client)
        {
            try
            {
                using var stream = client.GetStream();
                using var reader = new StreamReader(stream, leaveOpen: true);
                var path = reader.ReadLine()?.Split(' ')[1].TrimStart('/') ?? "";
                var offset = 0L;
                for (string? line; !string.IsNullOrEmpty(line = reader.ReadLine());)
                {
                    if (line.StartsWith("Range: bytes=", StringComparison.OrdinalIgnoreCase))
                    {
                        offset = long.Parse(line["Range: bytes=".Length..].Split('-')[0], CultureInfo.InvariantCulture);
                    }
                }

                Answer(stream, path, offset, _asked.AddOrUpdate(path, 1, (_, times) => times + 1));
            }
            catch (IOException)
            {
            }
        }
    }

    private void Answer(NetworkStream stream, string path, long offset, int times)
    {
        var file = Path.Combine(_folder, path);
        var isShard = path.EndsWith(".tar", StringComparison.Ordinal);
        switch (_misbehaviour)
        {
            case Misbehaviour.IsBusyFirst when times < 3:
                Send(stream, "503 Busy", "Retry-After: 0\r\n", [], 0);
                return;
            case Misbehaviour.ClosesWithoutAnAnswer when times == 1:
                return;
            case Misbehaviour.RedirectsForEver when isShard:
                Send(stream, "302 Found", $"Location: {Address}/{path}\r\n", [], 0);
                return;
            case Misbehaviour.EndlessManifest when path == "manifest.json":
                Send(stream, "200 OK", "", new byte[BundleManifest.MaxBytes + 1], BundleManifest.MaxBytes + 1);
                return;
            case Misbehaviour.RefusesShards when isShard:
            case var _ when !File.Exists(file):
                Send(stream, "404 Not Found", "", [], 0);
                return;
        }

        var content = File.ReadAllBytes(file);
        if (isShard)
        {
            Break(stream, content, offset, times);
        }
        else
        {
            Send(stream, "200 OK", "", content, content.Length);
        }
    }

    private void Break(NetworkStream stream, byte[] content, long offset, int times)
    {
        var rest = content[(int)offset..];
        switch (_misbehaviour)
        {
            case Misbehaviour.CutsEveryBody when rest.Length > 3000:
                Send(stream, offset > 0 ? "206 Partial" : "200 OK", RangeOf(offset, content.Length), rest[..3000], rest.Length);
                return;
            case Misbehaviour.IgnoresRanges:
                Send(stream, "200 OK", "", times == 1 ? content[..3000] : content, content.Length);
                return;
            case Misbehaviour.SendsAnotherRange:
                Send(stream, offset > 0 ? "206 Partial" : "200 OK", RangeOf(offset + 1, content.Length), times == 1 ? rest[..3000] : rest, rest.Length);
                return;
            case Misbehaviour.FlipsABit:
                rest[rest.Length / 2] ^= 1;
                break;
            case Misbehaviour.SendsTooMuch:
                rest = [1, .. rest, .. new byte[10_000_000]];
                break;
        }

        Send(stream, offset > 0 ? "206 Partial" : "200 OK", RangeOf(offset, content.Length), rest, rest.Length);
    }

    private static string RangeOf(long offset, long length) => offset > 0 ? string.Create(CultureInfo.InvariantCulture, $"Content-Range: bytes {offset}-{length - 1}/{length}\r\n") : "";

    private static void Send(NetworkStream stream, string status, string headers, byte[] body, long announced)
    {
        stream.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status}\r\nContent-Length: {announced}\r\nConnection: close\r\n{headers}\r\n")));
        stream.Write(body);
    }
}
