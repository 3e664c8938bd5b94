namespace Rayshard.Blender.Tests;

public sealed class WorkerPoolTests
{
    // Of a Worker, where frames are tiny.
    private const int Slots = 256;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Outcomes_come_in_the_order_of_the_input_with_their_own_pixels(int workers)
    {
        await using var fake = new FakePool(Enumerable.Range(0, 80).Select(i => i % 7 == 0 ? "sleep:15" : $"sleep:{i % 3}"), workers);

        Assert.Empty(await fake.RenderAsync());
        Assert.Equal(workers, fake.Pool.WorkersStarted);
    }

    [Fact]
    public async Task Workers_stay_for_the_next_run()
    {
        await using var fake = new FakePool(Enumerable.Repeat("ok", 5), workers: 1);

        Assert.Empty(await fake.RenderAsync());
        Assert.Empty(await fake.RenderAsync());
        Assert.Equal(1, fake.Pool.WorkersStarted);
    }

    [Fact]
    public async Task An_endless_input_is_read_no_further_than_there_are_slots()
    {
        await using var fake = new FakePool(["ok"]);
        var (taken, given) = (0, 0);
        IEnumerable<Frame> Endless()
        {
            while (true)
            {
                taken++;
                yield return fake.Plan.At(0);
            }
        }

        await foreach (var outcome in fake.Pool.RenderAsync(Endless()))
        {
            outcome.Dispose();
            Assert.InRange(taken - given, 0, (2 * Slots) + 1);
            if (++given == 1500)
            {
                break;
            }
        }
    }

    [Fact]
    public async Task A_caller_that_keeps_frames_stops_the_input_and_not_the_first_in_order()
    {
        await using var fake = new FakePool(Enumerable.Repeat("ok", (2 * Slots) + 100).Prepend("once:$/died:exit:1"));
        var kept = new List<FrameOutcome>();
        await foreach (var outcome in fake.Pool.RenderAsync(fake.Frames))
        {
            kept.Add(outcome);
            if (kept.Count == 2 * Slots)
            {
                kept.ForEach(FakePool.Check);
                kept.ForEach(frame => frame.Dispose());
                kept.Clear();
            }
        }

        kept.ForEach(FakePool.Check);
        Assert.Equal(101, kept.Count);
        kept.ForEach(frame => frame.Dispose());
    }

    [Fact]
    public async Task A_frame_outlives_its_worker_and_its_pool_until_it_is_disposed_of()
    {
        var fake = new FakePool(["ok"], workers: 1);
        var kept = new List<FrameOutcome>();
        await foreach (var outcome in fake.Pool.RenderAsync(fake.Frames))
        {
            kept.Add(outcome);
        }

        await fake.DisposeAsync();

        FakePool.Check(kept[0]);
        kept[0].Dispose();
        Assert.Throws<ObjectDisposedException>(() => ((RenderedFrame)kept[0]).Passes[0].Pixels.Length);
    }

    [Fact]
    public async Task A_worker_is_replaced_after_its_frames_without_losing_order()
    {
        await using var fake = new FakePool(Enumerable.Repeat("sleep:2", 300), workers: 2, with: options => options with { RecycleAfterFrames = 25 });

        Assert.Empty(await fake.RenderAsync());
        Assert.InRange(fake.Pool.WorkersStarted, 4, 14);
        Assert.Equal(0, fake.Pool.FailedTries);
    }

    [Fact]
    public async Task The_successor_starts_while_the_old_worker_renders()
    {
        await using var fake = new FakePool(Enumerable.Repeat("sleep:5", 500), workers: 1, start: "slow", with: options => options with { RecycleAfterFrames = 20 });
        var (longest, last) = (TimeSpan.Zero, 0L);
        await foreach (var outcome in fake.Pool.RenderAsync(fake.Frames))
        {
            outcome.Dispose();
            var gap = last == 0 ? TimeSpan.Zero : TimeProvider.System.GetElapsedTime(last);
            longest = gap > longest ? gap : longest;
            last = TimeProvider.System.GetTimestamp();
        }

        Assert.True(fake.Pool.WorkersStarted > 2);
        Assert.InRange(longest.TotalMilliseconds, 0, 800);
    }

    [Fact]
    public async Task Nothing_of_the_users_environment_reaches_a_worker()
    {
        Environment.SetEnvironmentVariable("PYTHONPATH", "/poison");
        Environment.SetEnvironmentVariable("LD_PRELOAD_NOT", "/poison");
        Environment.SetEnvironmentVariable("OCIO", "/poison");
        await using var fake = new FakePool(["ok"], workers: 1);
        await fake.RenderAsync();
        var environment = fake.Pool.Evidence!.Settings["environment"]!.ToObject<Dictionary<string, string>>()!;

        string[] allowed = ["PATH", "LANG", "HOME", "TMPDIR", "BLENDER_USER_RESOURCES", "LIBGL_ALWAYS_SOFTWARE", "MALLOC_CONF", "PWD", "DOTNET_ROOT"];
        Assert.Empty(environment.Keys.Except(allowed));
        Assert.Equal(WorkerCommand.Allocator, environment["MALLOC_CONF"]);
        Assert.All(["HOME", "TMPDIR", "BLENDER_USER_RESOURCES"], name => Assert.StartsWith(fake.Folder, environment[name], StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_changed_scene_file_is_refused_before_anything_starts()
    {
        await using var fake = new FakePool(["ok"]);
        File.AppendAllText(Path.Combine(fake.Folder, "scene.py"), "\n# changed");

        var refusal = Assert.Throws<RayshardException>(() =>
            WorkerPool.Open(new WorkerCommand(FakePool.Executable, [], FakePool.Environment), fake.Experiment, fake.Folder, new() { LogFolder = fake.Folder }));

        Assert.Equal(ExitCode.AskedWrongly, refusal.ExitCode);
        Assert.Contains("scene.py", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(fake.Experiment.Scene.Files!["scene.py"], refusal.Message, StringComparison.Ordinal);
    }
}
