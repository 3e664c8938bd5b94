using System.Diagnostics;
using System.Globalization;

namespace Rayshard.Blender.Tests;

public sealed class CancellationTests
{
    [Fact]
    public async Task Finish_gives_the_frames_under_way_and_takes_no_more()
    {
        await using var fake = new FakePool(Enumerable.Repeat("sleep:50", 1000));
        using var finish = new CancellationTokenSource();
        var (given, before, after) = (0, 0, 0);
        var pulled = 0;
        await foreach (var outcome in fake.Pool.RenderAsync(fake.Frames.Select(frame => { pulled++; return frame; }), finish.Token))
        {
            Assert.Equal(given++, outcome.Frame.Index);
            FakePool.Check(outcome);
            outcome.Dispose();
            if (finish.IsCancellationRequested)
            {
                after++;
            }
            else if (given == 10)
            {
                before = pulled;
                finish.Cancel();
            }
        }

        Assert.Equal(before, pulled);
        Assert.True(after > 0);
        Assert.True(given < pulled, "what no worker had begun was rendered too");
    }

    [Fact]
    public async Task Finish_before_the_first_frame_ends_at_once()
    {
        await using var fake = new FakePool(["ok"]);

        Assert.Empty(await fake.RenderAsync(finish: new(true)));
        Assert.Equal(0, fake.Pool.WorkersStarted);
    }

    [Fact]
    public async Task Finish_still_redoes_the_frame_under_way_when_its_worker_dies()
    {
        await using var fake = new FakePool(["ok", "once:$/died:sleep:200", "ok"], workers: 1);
        using var finish = new CancellationTokenSource();
        var indexes = new List<long>();
        await foreach (var outcome in fake.Pool.RenderAsync(fake.Frames, finish.Token))
        {
            indexes.Add(outcome.Frame.Index);
            Assert.IsType<RenderedFrame>(outcome);
            outcome.Dispose();
            if (indexes.Count == 1)
            {
                // The second is being rendered: its worker is killed from outside, as the kernel would.
                await WaitForAsync(() => File.Exists(Path.Combine(fake.Folder, "died")));
                finish.Cancel();
                fake.Processes().ForEach(pid => Process.GetProcessById(pid).Kill());
            }
        }

        Assert.Equal([0, 1], indexes.Take(2));
        Assert.Equal(1, fake.Pool.FailedTries);
    }

    [Fact]
    public async Task Now_kills_everything_at_once()
    {
        await using var fake = new FakePool(["ok", .. Enumerable.Repeat("hang", 10)]);
        using var now = new CancellationTokenSource();
        var cancelled = 0L;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var outcome in fake.Pool.RenderAsync(fake.Frames, default, now.Token))
            {
                outcome.Dispose();
                cancelled = TimeProvider.System.GetTimestamp();
                now.CancelAfter(100);
            }
        });

        Assert.InRange(TimeProvider.System.GetElapsedTime(cancelled).TotalSeconds, 0.05, 10); // A timer may come a little early; the fakes would hang for 30 s.
        await WaitForAsync(() => fake.Processes().Count == 0);
    }

    [Fact]
    public async Task Now_while_workers_start_leaves_none()
    {
        await using var fake = new FakePool(["ok"], start: "hang");
        using var now = new CancellationTokenSource(300);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fake.RenderAsync(now: now.Token));
        await WaitForAsync(() => fake.Processes().Count == 0);
    }

    [Fact]
    public async Task A_caller_that_leaves_takes_the_workers_with_it_and_the_pool_can_be_used_again()
    {
        await using var fake = new FakePool(Enumerable.Repeat("ok", 50));
        await foreach (var outcome in fake.Pool.RenderAsync(fake.Frames))
        {
            outcome.Dispose();
            break;
        }

        await WaitForAsync(() => fake.Processes().Count == 0);
        Assert.Empty(await fake.RenderAsync());
    }

    [Fact]
    public async Task An_input_that_throws_takes_the_workers_with_it()
    {
        await using var fake = new FakePool(["ok"]);

        await Assert.ThrowsAsync<TimeZoneNotFoundException>(async () =>
        {
            await foreach (var outcome in fake.Pool.RenderAsync(fake.Frames.Concat(Enumerable.Range(0, 1).Select(Frame (_) => throw new TimeZoneNotFoundException()))))
            {
                outcome.Dispose();
            }
        });
        await WaitForAsync(() => fake.Processes().Count == 0);
    }

    [Fact]
    public async Task A_pool_that_is_disposed_of_in_the_middle_leaves_nothing()
    {
        await using var fake = new FakePool(["ok", .. Enumerable.Repeat("hang", 10)]);
        await using var frames = fake.Pool.RenderAsync(fake.Frames).GetAsyncEnumerator();
        Assert.True(await frames.MoveNextAsync());
        frames.Current.Dispose();

        await fake.Pool.DisposeAsync();

        Assert.Empty(fake.Processes());
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await frames.MoveNextAsync());
    }

    [Fact]
    public async Task A_killed_host_leaves_no_worker_and_its_folder_is_removed_by_the_next()
    {
        using var host = new FakeHost("hang");
        await host.ReadAsync(20);
        await Task.Delay(100); // Now both hang, and would not see that their socket is closed.
        Assert.Equal(2, host.Workers().Count);
        Assert.Single(host.RunFolders());

        host.Process.Kill();
        await host.Process.WaitForExitAsync();
        await WaitForAsync(() => host.Workers().Count == 0);
        Assert.Single(host.RunFolders());

        using (RunFolder.Create(host.Folder, 0))
        {
            Assert.Single(host.RunFolders());
        }

        Assert.Empty(host.RunFolders());
    }

    [Fact]
    public async Task An_interrupt_of_the_terminals_group_reaches_the_host_and_no_worker()
    {
        using var host = new FakeHost("sleep:20");
        await host.ReadAsync(10);

        // setsid made the host the leader of its group, as a shell does for what runs in its foreground. The shell's own kill: a small Debian has no such program.
        Process.Start("/bin/sh", ["-c", string.Create(CultureInfo.InvariantCulture, $"kill -s INT -- -{host.Process.Id}")]).WaitForExit();
        var rest = (await host.Process.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await host.Process.WaitForExitAsync();

        Assert.Equal(130, host.Process.ExitCode);
        Assert.InRange(rest.Length, 1, 100);
        Assert.All(rest, line => Assert.EndsWith(" RenderedFrame 0", line, StringComparison.Ordinal)); // No worker was hit: nothing was tried again.
        Assert.Empty(host.Workers());
        Assert.Empty(host.RunFolders());
    }

    private static async Task WaitForAsync(Func<bool> holds)
    {
        for (var waited = 0; !holds(); waited += 20)
        {
            Assert.True(waited < 3000, "it did not happen within 3 s");
            await Task.Delay(20);
        }
    }

    /// <summary>A process of its own that renders with two fakes.</summary>
    private sealed class FakeHost : IDisposable
    {
        public FakeHost(string behave)
        {
            Folder = Directory.CreateTempSubdirectory("host-").FullName;
            File.WriteAllText(Path.Combine(Folder, "scene.py"), "# no scene");

            // What a shell starts with & ignores Ctrl-C, and so would all that it starts: the tests may run so, this host must not.
            var info = new ProcessStartInfo("/usr/bin/env", ["--default-signal=INT", "/usr/bin/setsid", FakePool.Executable, "--host", Folder, behave]) { RedirectStandardOutput = true };
            info.Environment["DOTNET_ROOT"] = FakePool.Environment["DOTNET_ROOT"];
            Process = Process.Start(info)!;
        }

        public string Folder { get; }

        public Process Process { get; }

        public List<int> Workers() => [.. FakePool.ProcessesOf(Folder).Where(pid => pid != Process.Id)];

        public string[] RunFolders() => Directory.GetDirectories(Folder, "rayshard-*");

        public async Task ReadAsync(int lines)
        {
            for (var i = 0; i < lines; i++)
            {
                Assert.NotNull(await Process.StandardOutput.ReadLineAsync());
            }
        }

        public void Dispose()
        {
            Process.Kill();
            Process.Dispose();
            Directory.Delete(Folder, true);
        }
    }
}
