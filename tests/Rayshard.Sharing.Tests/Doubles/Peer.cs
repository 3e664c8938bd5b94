using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Rayshard.Sharing.Tests;

/// <summary>A real server of Debian's, on a free port of this machine, ended with the test.</summary>
internal sealed class Peer : IDisposable
{
    private readonly Process _process;
    private bool _isGone;

    private Peer(string program, int port, params string[] arguments)
    {
        Port = port;
        _process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        for (var patience = Stopwatch.StartNew(); !Listens(port);)
        {
            Assert.True(patience.Elapsed < TimeSpan.FromSeconds(30) && !_process.HasExited, $"{program} does not listen");
            Thread.Sleep(20);
        }
    }

    public int Port { get; }

    public string Host => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    /// <summary>docker-registry 2.8 with its blobs below a folder; with users where a file of <c>htpasswd</c>, with tokens where a server of them is given.</summary>
    public static Peer Registry(string folder, int? port = null, string? users = null, TokenServer? tokens = null)
    {
        var at = port ?? FreePort();
        Directory.CreateDirectory(folder);
        var config = Path.Combine(folder, "registry.yml");
        File.WriteAllText(config, string.Create(CultureInfo.InvariantCulture, $$"""
            version: 0.1
            log: {level: error}
            storage: {filesystem: {rootdirectory: {{folder}}/blobs} }
            http: {addr: "127.0.0.1:{{at}}", secret: fixed}
            {{(users is not null ? $"auth: {{htpasswd: {{realm: kit, path: {users}}}}}"
                : tokens is not null ? $"auth: {{token: {{realm: \"{tokens.Realm}\", service: {TokenServer.Service}, issuer: kit, rootcertbundle: {tokens.Bundle}}}}}" : "")}}
            """));
        return new(Need("docker-registry"), at, "serve", config);
    }

    /// <summary>nginx that serves a folder; logs as <see cref="Proxy"/> does.</summary>
    public static Peer WebServer(string folder, string state) => Nginx(state, $"root {folder};");

    /// <summary>nginx before another server, as people put it: it takes a request whole before it hands it on, and logs what travelled: bytes of request and answer.</summary>
    public static Peer Proxy(string server, string state) => Nginx(
        state,
        $$"""client_max_body_size 0; client_body_buffer_size 17m; location / { proxy_pass http://{{server}}; proxy_set_header Host $http_host; proxy_http_version 1.1; proxy_max_temp_file_size 0; }""");

    // What waits here to be sent counts as sent, so it may be no more than a little.
    private static Peer Nginx(string state, string server)
    {
        var port = FreePort();
        Directory.CreateDirectory(state);
        var config = Path.Combine(state, "nginx.conf");
        File.WriteAllText(config, string.Create(CultureInfo.InvariantCulture, $$"""
            daemon off; master_process off; pid {{state}}/pid; error_log stderr; {{(Environment.IsPrivilegedProcess ? "user root;" : "")}}
            events {}
            http { log_format bytes '$request_length $bytes_sent'; access_log {{state}}/bytes.log bytes; client_body_temp_path {{state}}/a; proxy_temp_path {{state}}/b; fastcgi_temp_path {{state}}/c; uwsgi_temp_path {{state}}/d; scgi_temp_path {{state}}/e;
                   server { listen 127.0.0.1:{{port}} sndbuf=64k; {{server}} } }
            """));
        return new(Need("nginx"), port, "-c", config, "-p", state);
    }

    /// <summary>A program that Debian has; said out loud where it is missing, and never so in CI.</summary>
    public static string Need(string program)
    {
        string[] folders = ["/usr/bin", "/usr/sbin", "/bin", "/sbin"];
        if (folders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists) is { } found)
        {
            return found;
        }

        Assert.False(Environment.GetEnvironmentVariable("CI") is { Length: > 0 }, $"{program} is missing, and in CI this must run: sh blender/install.sh --tests");
        Assert.Skip($"{program} is missing: sh blender/install.sh --tests");
        return "";
    }

    public void Dispose()
    {
        if (_isGone)
        {
            return;
        }

        _isGone = true;
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public static bool Listens(int port)
    {
        try
        {
            using var client = new TcpClient();
            client.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
