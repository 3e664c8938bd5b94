using System.Globalization;
using Rayshard.Sharing.Targets;

namespace Rayshard.Sharing.Tests.Targets;

/// <summary>Debian's Ceph gateway; curl as the other client.</summary>
[Collection(nameof(S3Server))]
public sealed class S3TargetTests(S3Server server) : SharingTargetContract
{
    private readonly string _prefix = $"ada/{Guid.NewGuid():N}";

    [Fact]
    public async Task It_lies_in_the_bucket_as_in_a_folder()
    {
        var bundle = Shop.Bundle();
        await PushAsync(bundle);

        foreach (var file in Directory.GetFiles(bundle.Folder, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(bundle.Folder, file);
            S3Server.Curl("--output", Shop["copy"], $"{server.Endpoint}/{S3Server.Bucket}/{_prefix}/{name}");
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Shop["copy"]));
        }
    }

    [Fact]
    public async Task An_upload_that_was_interrupted_sends_the_parts_that_are_not_there()
    {
        using var large = new Workshop(lights: 1, side: 1100, framesPerShard: 1);
        var bundle = large.Bundle();
        var shard = bundle.Head.Files.First();
        Assert.True(shard.Bytes > 2 * S3Upload.PartBytes, $"{shard.Bytes}");
        using var interruption = new CancellationTokenSource();
        using (var target = Open())
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => target.WriteAsync(shard, bundle.PathOf(shard), new Steps(interruption.Cancel), interruption.Token));
        }

        using var again = Open();
        var steps = new Steps(() => { });
        await again.WriteAsync(shard, bundle.PathOf(shard), steps, CancellationToken.None);

        Assert.Equal(shard.Bytes - S3Upload.PartBytes, steps.Travelled);
        Assert.True(await again.HasAsync(shard, CancellationToken.None));
        Assert.Empty(Directory.GetFiles(Shop["state"]));
        using var body = await again.OpenAsync(shard, shard.Bytes - 5, 5, CancellationToken.None);
        var end = new byte[6];
        Assert.Equal(5, await body.ReadAtLeastAsync(end, 6, throwOnEndOfStream: false));
        Assert.Equal(File.ReadAllBytes(bundle.PathOf(shard))[^5..], end[..5]);
    }

    [Fact]
    public async Task Parts_of_another_file_under_the_same_name_are_not_taken_for_ours()
    {
        using var large = new Workshop(lights: 1, side: 1100, framesPerShard: 1);
        var bundle = large.Bundle();
        var shard = bundle.Head.Files.First();
        using var interruption = new CancellationTokenSource();
        using var target = Open();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => target.WriteAsync(shard, bundle.PathOf(shard), new Steps(interruption.Cancel), interruption.Token));

        // The same upload, and a first part of the right size that holds something else.
        var upload = File.ReadAllText(Directory.GetFiles(Shop["state"]).Single());
        File.WriteAllBytes(Shop["other"], new byte[S3Upload.PartBytes]);
        S3Server.Curl("--upload-file", Shop["other"], string.Create(CultureInfo.InvariantCulture, $"{server.Endpoint}/{S3Server.Bucket}/{_prefix}/{shard.Name}?partNumber=1&uploadId={Uri.EscapeDataString(upload)}"));
        var steps = new Steps(() => { });
        await target.WriteAsync(shard, bundle.PathOf(shard), steps, CancellationToken.None);

        Assert.Equal(shard.Bytes, steps.Travelled);
        S3Server.Curl("--output", Shop["copy"], $"{server.Endpoint}/{S3Server.Bucket}/{_prefix}/{shard.Name}");
        Assert.Equal(shard.Sha256, Digest.OfFile(Shop["copy"]));
    }

    [Fact]
    public async Task Where_there_is_no_bundle_or_no_bucket_nothing_is_found()
    {
        using var nowhere = new S3Target(new("no-such-bucket", "x"), Shop["state"]);

        Assert.Equal(ExitCode.NotFound, (await Assert.ThrowsAsync<RayshardException>(() => PullAsync("pulled"))).ExitCode);
        Assert.Null(await nowhere.ReadHeadAsync(CancellationToken.None));
        var refused = await Assert.ThrowsAnyAsync<RayshardException>(() => BundleTransfer.PushAsync(Shop.Bundle(), nowhere, null, CancellationToken.None));
        Assert.Equal("s3:no-such-bucket/x: the server says 404 NoSuchBucket", refused.Message);
        Assert.Equal(ExitCode.NotFound, refused.ExitCode);
    }

    [Fact]
    public async Task A_wrong_secret_is_refused_and_no_part_of_it_is_shown()
    {
        using var server = new S3Answer("HTTP/1.1 403 Forbidden\r\n", $"<Error><Code>SignatureDoesNotMatch</Code><Message>{S3Server.Key} {S3Server.Secret}</Message></Error>");
        using var target = new S3Target(new("lamps", "x"), Shop["state"], server.Address);

        var refused = await Assert.ThrowsAnyAsync<RayshardException>(() => target.ReadHeadAsync(CancellationToken.None));

        Assert.Equal("s3:lamps/x: the server says 403 SignatureDoesNotMatch: these credentials may not, or are wrong (AWS_ACCESS_KEY_ID, AWS_PROFILE)", refused.Message);
        Assert.All(server.Requests, request => Assert.DoesNotContain(S3Server.Secret, request, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_that_asks_to_slow_down_is_asked_again_when_it_says()
    {
        using var server = new S3Answer("HTTP/1.1 503 Slow Down\r\nRetry-After: 0\r\n", "<Error><Code>SlowDown</Code></Error>");
        using var target = new S3Target(new("lamps", "x"), Shop["state"], server.Address);

        var refused = await Assert.ThrowsAnyAsync<RayshardException>(() => target.ReadHeadAsync(CancellationToken.None));

        // Six tries at once: without Retry-After they would take 15 seconds.
        Assert.Equal("s3:lamps/x: the server says 503 SlowDown", refused.Message);
        Assert.Equal(HttpSender.Tries, server.Requests.Count);
    }

    [Theory]
    [InlineData("s3:bucket")]
    [InlineData("s3:bucket/../x")]
    [InlineData("s3:Bucket/x")]
    [InlineData("s3:key:s3cret@bucket/x")]
    public void What_is_no_reference_is_refused(string reference)
    {
        var refused = Assert.Throws<RayshardException>(() => SharingTarget.Open(reference, "to", Shop["state"]));

        Assert.Equal(ExitCode.AskedWrongly, refused.ExitCode);
        Assert.DoesNotContain("s3cret", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://s3.example.org")]
    [InlineData("https://ada:s3cret@s3.example.org")]
    public void A_server_in_the_clear_or_with_a_password_in_its_address_is_refused(string endpoint)
    {
        var refused = Assert.Throws<RayshardException>(() => new S3Target(new("lamps", "x"), Shop["state"], endpoint));

        Assert.Equal(ExitCode.AskedWrongly, refused.ExitCode);
        Assert.DoesNotContain("s3cret", refused.Message, StringComparison.Ordinal);
    }

    protected override ISharingTarget Open() => SharingTarget.Open($"s3:{S3Server.Bucket}/{_prefix}", "to", Shop["state"]);

    private sealed class Steps(Action then) : IProgress<Arrived>
    {
        public long Travelled { get; private set; }

        public void Report(Arrived value)
        {
            Travelled += value.HasTravelled ? value.Bytes : 0;
            if (value.HasTravelled)
            {
                then();
            }
        }
    }
}
