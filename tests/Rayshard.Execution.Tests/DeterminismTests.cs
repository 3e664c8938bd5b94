using System.Diagnostics;

namespace Rayshard.Execution.Tests;

/// <summary>The same experiment gives the same shard bytes with any number of Workers, after any number of kills.</summary>
public sealed class DeterminismTests
{
    [Fact]
    public async Task One_Worker_and_two_give_the_same_shards()
    {
        TestMachine.NeedsBlender();
        using var one = new Workplace();
        using var two = new Workplace();

        await one.RenderAsync(one.Experiment(), workers: 1);
        await two.RenderAsync(two.Experiment(), workers: 2);

        Assert.Equal(Workplace.Shards(one.Store), Workplace.Shards(two.Store));
        Assert.True(Workplace.Shards(one.Store).Count > 1);
        await TestMachine.NoOrphansAsync();
    }

    [Fact]
    public async Task A_host_killed_at_ten_random_moments_and_resumed_gives_the_same_shards()
    {
        TestMachine.NeedsBlender();
        using var undisturbed = new Workplace();
        using var killed = new Workplace();
        await undisturbed.RenderAsync(undisturbed.Experiment(120));
        var resolved = killed.Resolve(killed.Experiment(120));
        var file = Path.Combine(killed.Folder, "experiment.json");
        File.WriteAllBytes(file, ExperimentFile.Write(resolved.Experiment));

        // Seeded, so that a failure can be had again; a run takes 2 to 4 seconds, of which Blender's start is one.
        var moments = new Random(20261123);
        for (var kill = 0; kill < 10; kill++)
        {
            using var host = Start(killed, file);
            if (!host.WaitForExit(TimeSpan.FromMilliseconds(moments.Next(300, 2200))))
            {
                host.Kill();
                await host.WaitForExitAsync();
            }

            await TestMachine.NoOrphansAsync();
        }

        using var last = Start(killed, file);
        await last.WaitForExitAsync();

        Assert.Equal(0, last.ExitCode);
        Assert.Equal(Workplace.Shards(undisturbed.Store), Workplace.Shards(killed.Store));
        Assert.Empty(new Storage.Verifier(killed.Store).Run());
    }

    [Fact]
    public async Task Workers_killed_at_ten_random_moments_are_replaced_and_the_shards_are_the_same()
    {
        TestMachine.NeedsBlender();
        using var undisturbed = new Workplace();
        using var disturbed = new Workplace();
        await undisturbed.RenderAsync(undisturbed.Experiment(1000));
        var resolved = disturbed.Resolve(disturbed.Experiment(1000));
        var killer = new Killer(frames: 1000, kills: 10);

        var summary = (await TestMachine.Kit.RenderAsync(disturbed.Request(resolved), killer, default, default)).Single();

        Assert.Equal(0, summary.Progress.Failed);
        Assert.InRange(killer.Kills, 3, 10); // Where storing lags behind the Workers, moments go by together.
        Assert.Equal(Workplace.Shards(undisturbed.Store), Workplace.Shards(disturbed.Store));
        await TestMachine.NoOrphansAsync();
    }

    private static Process Start(Workplace place, string experiment) => Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "RenderHost"))
    {
        ArgumentList = { experiment, place.SceneFolder, place.Store, place.Runs, TestMachine.BlenderFolder, TestMachine.StateFolder, "2" },
        RedirectStandardOutput = true,
    })!;

    // Kills one of the Workers whenever the run passes one of ten random frames.
    private sealed class Killer(int frames, int kills) : IProgress<RenderProgress>
    {
        private readonly Random _random = new(7);
        private readonly Queue<int> _moments = new(Enumerable.Range(0, kills).Select(i => (i * frames / kills) + new Random(i).Next(frames / kills / 2)));

        public int Kills { get; private set; }

        public void Report(RenderProgress value)
        {
            if (!_moments.TryPeek(out var moment) || value.Done <= moment)
            {
                return;
            }

            // Frames that were rendered before the last kill may be told of while no Worker lives.
            var workers = TestMachine.Blenders();
            if (workers.Count == 0)
            {
                return;
            }

            workers[_random.Next(workers.Count)].Kill();
            _moments.Dequeue();
            Kills++;
        }
    }
}
