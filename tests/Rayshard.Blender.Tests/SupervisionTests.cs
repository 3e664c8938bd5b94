namespace Rayshard.Blender.Tests;

public sealed class SupervisionTests
{
    [Theory]
    [InlineData("exit:3", WorkerFailureKind.Died, "exit code 3")]
    [InlineData("signal:9", WorkerFailureKind.Died, "signal 9")]
    [InlineData("signal:11", WorkerFailureKind.Died, "signal 11")]
    [InlineData("garbage", WorkerFailureKind.Protocol, "no message")]
    [InlineData("oversized", WorkerFailureKind.Protocol, "2147483647 bytes")]
    [InlineData("close", WorkerFailureKind.Protocol, "closed its socket")]
    [InlineData("sum", WorkerFailureKind.Corrupt, "torn")]
    [InlineData("change", WorkerFailureKind.Corrupt, "torn")]
    [InlineData("early", WorkerFailureKind.Corrupt, "torn")]
    [InlineData("stale", WorkerFailureKind.Corrupt, "stale")]
    [InlineData("nan", WorkerFailureKind.Guard, "NaN")]
    [InlineData("infinite", WorkerFailureKind.Guard, "infinite")]
    [InlineData("transparent", WorkerFailureKind.Guard, "alpha")]
    [InlineData("failed:scene", WorkerFailureKind.Scene, "told to fail")]
    [InlineData("failed:guard", WorkerFailureKind.Guard, "told to fail")]
    [InlineData("failed:memory", WorkerFailureKind.OutOfMemory, "told to fail")]
    public async Task A_frame_that_fails_once_is_redone_by_a_fresh_worker(string how, WorkerFailureKind kind, string reason)
    {
        await using var fake = new FakePool(Enumerable.Repeat("ok", 4).Append($"once:$/marker:{how}").Concat(Enumerable.Repeat("ok", 8)), workers: 1);
        var failures = new List<WorkerFailure>();
        var count = 0;
        await foreach (var outcome in fake.Pool.RenderAsync(fake.Frames))
        {
            Assert.Equal(count++, outcome.Frame.Index);
            Assert.IsType<RenderedFrame>(outcome);
            FakePool.Check(outcome);
            failures.AddRange(outcome.Failures);
            outcome.Dispose();
        }

        Assert.Equal(13, count);
        var failure = Assert.Single(failures);
        Assert.Equal(kind, failure.Kind);
        Assert.Contains(reason, failure.Reason, StringComparison.Ordinal);
        Assert.Contains($"fake worker {failure.Pid} says hello", failure.LogTail, StringComparison.Ordinal);
        Assert.Equal(2, fake.Pool.WorkersStarted);
    }

    [Fact]
    public async Task A_second_answer_to_one_question_is_never_taken_for_another_frame()
    {
        await using var fake = new FakePool(["ok", "ok", "once:$/twice:twice", "ok", "ok"], workers: 1);

        Assert.Empty(await fake.RenderAsync());
        Assert.Equal(1, fake.Pool.FailedTries);
    }

    [Theory]
    [InlineData("hang")]
    [InlineData("signal:19")]
    public async Task A_hanging_or_stopped_worker_is_killed_at_its_deadline(string how)
    {
        await using var fake = new FakePool(["ok", $"once:$/hung:{how}", "ok"], workers: 1, with: options => options with { FrameDeadline = TimeSpan.FromSeconds(0.7) });
        var start = TimeProvider.System.GetTimestamp();
        var failures = new List<WorkerFailure>();
        await foreach (var outcome in fake.Pool.RenderAsync(fake.Frames))
        {
            failures.AddRange(outcome.Failures);
            outcome.Dispose();
        }

        Assert.Equal(WorkerFailureKind.Hung, Assert.Single(failures).Kind);
        Assert.InRange(TimeProvider.System.GetElapsedTime(start).TotalSeconds, 0.7, 4);
    }

    [Fact]
    public async Task A_worker_beyond_its_memory_is_killed_and_called_out_of_memory()
    {
        await using var fake = new FakePool(["ok", "once:$/fat:memory:300", "ok"], workers: 1, with: options => options with { MemoryLimitBytes = 200 << 20 });
        var failures = new List<WorkerFailure>();
        await foreach (var outcome in fake.Pool.RenderAsync(fake.Frames))
        {
            failures.AddRange(outcome.Failures);
            outcome.Dispose();
        }

        Assert.Equal(WorkerFailureKind.OutOfMemory, Assert.Single(failures).Kind);
    }

    [Fact]
    public async Task Poisoned_frames_are_quarantined_after_three_tries_and_all_others_are_rendered()
    {
        var poison = new Dictionary<int, string> { [20] = "exit:5", [50] = "failed:guard", [51] = "signal:11" };
        await using var fake = new FakePool(Enumerable.Range(0, 100).Select(i => poison.GetValueOrDefault(i, "ok")));

        var quarantined = await fake.RenderAsync();

        Assert.Equal([20, 50, 51], quarantined.Select(frame => frame.Frame.Index));
        Assert.All(quarantined, frame => Assert.Equal(3, frame.Failures.Select(failure => failure.Pid).Distinct().Count()));
        Assert.Equal([5, 5, 5], quarantined[0].Failures.Select(failure => failure.ExitCode ?? 0));
        Assert.Contains("last words", quarantined[0].Failures[0].LogTail, StringComparison.Ordinal);
        Assert.Contains("Traceback", quarantined[1].Failures[0].Detail, StringComparison.Ordinal);
        Assert.Equal([11, 11, 11], quarantined[2].Failures.Select(failure => failure.Signal ?? 0));
        Assert.Equal(9, fake.Pool.FailedTries);
    }

    [Fact]
    public async Task A_run_whose_every_frame_fails_stops_early()
    {
        await using var fake = new FakePool(Enumerable.Repeat("failed:scene", 1000));

        var error = await Assert.ThrowsAsync<WorkersFailedException>(() => fake.RenderAsync());

        Assert.Contains("told to fail", error.Message, StringComparison.Ordinal);
        Assert.InRange(fake.Pool.FailedTries, 22, 30);
    }

    [Fact]
    public async Task A_worker_that_never_starts_ends_the_run_with_what_it_said()
    {
        await using var fake = new FakePool(["ok"], workers: 1, start: "exit");

        var error = await Assert.ThrowsAsync<WorkersFailedException>(() => fake.RenderAsync());

        Assert.Equal(3, error.Failures.Count);
        Assert.Contains("can't open display", error.Message, StringComparison.Ordinal);
        Assert.Equal(3, fake.Pool.WorkersStarted);
    }

    [Fact]
    public async Task A_worker_that_starts_at_the_second_try_is_good_enough()
    {
        await using var fake = new FakePool(["ok", "ok"], workers: 1, start: "once:$/start:hang", with: options => options with { StartDeadline = TimeSpan.FromSeconds(1.5) });

        Assert.Empty(await fake.RenderAsync());
        Assert.Equal(2, fake.Pool.WorkersStarted);
    }

    [Fact]
    public async Task A_worker_of_another_protocol_is_refused()
    {
        await using var fake = new FakePool(["ok"], workers: 1, start: "protocol");

        var error = await Assert.ThrowsAsync<WorkersFailedException>(() => fake.RenderAsync());

        Assert.Contains("protocol 1", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("outside")]
    [InlineData("channels")]
    public async Task A_worker_whose_passes_do_not_fit_its_slots_is_refused_before_it_renders(string how)
    {
        await using var fake = new FakePool(["ok"], workers: 1, start: how);

        var error = await Assert.ThrowsAsync<WorkersFailedException>(() => fake.RenderAsync());

        Assert.Contains("does not fit", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_that_dies_in_a_batch_costs_one_try_of_one_frame_and_the_others_none()
    {
        await using var fake = new FakePool(Enumerable.Repeat("ok", 300).Append("once:$/died:exit:1").Concat(Enumerable.Repeat("ok", 300)), workers: 1);
        var tries = new List<int>();
        await foreach (var outcome in fake.Pool.RenderAsync(fake.Frames))
        {
            FakePool.Check(outcome);
            tries.Add(outcome.Failures.Count);
            outcome.Dispose();
        }

        Assert.Equal([.. Enumerable.Repeat(0, 300), 1, .. Enumerable.Repeat(0, 300)], tries);
    }

    [Fact]
    public async Task A_refused_experiment_is_asked_wrongly_and_not_tried_again()
    {
        await using var fake = new FakePool(["ok"], workers: 1, start: "refuse");

        var error = await Assert.ThrowsAsync<RayshardException>(() => fake.RenderAsync());

        Assert.Equal(ExitCode.AskedWrongly, error.ExitCode);
        Assert.Equal("scene.file: it is fake: take a true one", error.Message);
        Assert.Equal(1, fake.Pool.WorkersStarted);
    }

    [Fact]
    public async Task A_log_is_trimmed_beyond_8_MiB_and_still_has_a_tail()
    {
        await using var fake = new FakePool(Enumerable.Repeat("print:1000000", 10).Append("sleep:600").Append("print:10").Append("exit:1"), workers: 1);

        var quarantined = await fake.RenderAsync();

        var log = new FileInfo(Path.Combine(fake.Folder, "logs", "worker-1.log"));
        Assert.InRange(log.Length, 1, 8 << 20);
        Assert.Contains("last words", Assert.Single(quarantined).Failures[0].LogTail, StringComparison.Ordinal);
    }
}
