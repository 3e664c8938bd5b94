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
        await undisturbed.RenderAsync(undisturbed.Experiment(400));
        using var done = new CancellationTokenSource();
        var kills = 0;
        var killer = Task.Run(async () =>
        {
            var moments = new Random(7);
            while (!done.IsCancellationRequested && kills < 10)
            {
                await Task.Delay(moments.Next(200, 900));
                var workers = Process.GetProcessesByName("blender");
                if (workers.Length > 0 && !done.IsCancellationRequested)
                {
                    workers[moments.Next(workers.Length)].Kill();
                    kills++;
                }
            }
        });

        var summary = await disturbed.RenderAsync(disturbed.Experiment(400));
        await done.CancelAsync();
        await killer;

        Assert.Equal(0, summary.Progress.Failed);
        Assert.InRange(kills, 3, 10);
        Assert.Equal(Workplace.Shards(undisturbed.Store), Workplace.Shards(disturbed.Store));
        await TestMachine.NoOrphansAsync();
    }

    private static Process Start(Workplace place, string experiment) => Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "RenderHost"))
    {
        ArgumentList = { experiment, place.SceneFolder, place.Store, place.Runs, TestMachine.BlenderFolder, TestMachine.StateFolder, "2" },
        RedirectStandardOutput = true,
    })!;
}
