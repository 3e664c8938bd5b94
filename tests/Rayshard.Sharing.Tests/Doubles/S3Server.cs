using System.Diagnostics;
using System.Globalization;
using Rayshard.Tests.Storage;

namespace Rayshard.Sharing.Tests;

/// <summary>Debian's Ceph with its S3 gateway: a monitor, a store in memory and a gateway on free ports of this machine. Up in some 10 seconds.</summary>
public sealed class S3Server : IDisposable
{
    public const string Key = "KITKEY";
    public const string Secret = "s3cretOfTheKit";
    public const string Bucket = "lamps";

    private readonly TemporaryFolder _folder = new();
    private readonly List<Process> _daemons = [];

    public S3Server()
    {
        foreach (var program in new[] { "ceph-mon", "ceph-osd", "radosgw" })
        {
            Peer.Need(program);
        }

        try
        {
            Endpoint = Begin();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Endpoint { get; }

    /// <summary>curl as a client of its own, that signs.</summary>
    public static string Curl(params string[] arguments) =>
        Workshop.Run("/", "curl", ["--silent", "--show-error", "--fail", "--aws-sigv4", "aws:amz:us-east-1:s3", "--user", $"{Key}:{Secret}", "--header", "x-amz-content-sha256: UNSIGNED-PAYLOAD", .. arguments]);

    public void Dispose()
    {
        foreach (var daemon in Enumerable.Reverse(_daemons))
        {
            daemon.Kill();
            daemon.WaitForExit();
            daemon.Dispose();
        }

        _folder.Dispose();
    }

    private string Begin()
    {
        var (config, port) = (_folder["ceph.conf"], Peer.FreePort());
        var endpoint = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
        var (cluster, osd, monitor) = (Guid.NewGuid(), Guid.NewGuid(), Peer.FreePort());
        Directory.CreateDirectory(_folder["mon"]);
        Directory.CreateDirectory(_folder["osd"]);
        File.WriteAllText(config, string.Create(CultureInfo.InvariantCulture, $"""
            [global]
            fsid = {cluster}
            mon host = [v2:127.0.0.1:{monitor}]
            public addr = 127.0.0.1
            cluster addr = 127.0.0.1
            auth cluster required = none
            auth service required = none
            auth client required = none
            ms mon client mode = crc
            osd pool default size = 1
            osd pool default min size = 1
            osd pool default pg num = 1
            osd pool default pgp num = 1
            osd crush chooseleaf type = 0
            mon allow pool size one = true
            mon max pg per osd = 1000
            mon data avail crit = 1
            osd objectstore = memstore
            memstore device bytes = 8589934592
            run dir = {_folder[""]}
            admin socket = {_folder[""]}/$name.asok
            pid file = {_folder[""]}/$name.pid
            log file = {_folder[""]}/$name.log
            keyring = {_folder["keyring"]}
            mon data = {_folder["mon"]}
            osd data = {_folder["osd"]}
            [client.rgw.a]
            rgw data = {_folder[""]}
            rgw frontends = beast endpoint=127.0.0.1:{port}
            rgw enable apis = s3

            """));
        Run("ceph-authtool", "--create-keyring", _folder["keyring"], "--gen-key", "-n", "client.rgw.a");
        Run("monmaptool", "-c", config, "--create", "--fsid", $"{cluster}", "--addv", "a", string.Create(CultureInfo.InvariantCulture, $"[v2:127.0.0.1:{monitor}]"), _folder["monmap"]);
        Run("ceph-mon", "-c", config, "--mkfs", "-i", "a", "--monmap", _folder["monmap"]);
        Start("ceph-mon", "-c", config, "-f", "-i", "a");
        Run("ceph", "-c", config, "osd", "new", $"{osd}");
        Run("ceph-osd", "-c", config, "-i", "0", "--mkfs", "--osd-uuid", $"{osd}");
        Start("ceph-osd", "-c", config, "-f", "-i", "0");
        Run("radosgw-admin", "-c", config, "--name", "client.rgw.a", "user", "create", "--uid=kit", "--display-name=kit", $"--access-key={Key}", $"--secret-key={Secret}");
        var gateway = Start("radosgw", "-c", config, "-f", "-n", "client.rgw.a");
        for (var patience = Stopwatch.StartNew(); !Peer.Listens(port); Thread.Sleep(50))
        {
            Assert.True(patience.Elapsed < TimeSpan.FromMinutes(2) && !gateway.HasExited, "radosgw does not listen");
        }

        // As any user of AWS tools has them; no other test reads these.
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", Key);
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", Secret);
        Environment.SetEnvironmentVariable("AWS_ENDPOINT_URL", endpoint);
        Environment.SetEnvironmentVariable("AWS_EC2_METADATA_DISABLED", "true");
        Curl("--request", "PUT", $"{endpoint}/{Bucket}");
        return endpoint;
    }

    private static void Run(string program, params string[] arguments) => Workshop.Run("/", "timeout", ["120", program, .. arguments]);

    private Process Start(string program, params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _daemons.Add(process);
        return process;
    }
}

/// <summary>One server for the classes that need it, which run one after another: they find it by the environment.</summary>
[CollectionDefinition(nameof(S3Server))]
public sealed class WithS3Server : ICollectionFixture<S3Server>;
