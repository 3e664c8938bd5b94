using Rayshard.Execution;
using Rayshard.Storage;
using Rayshard.Tests.Storage;

namespace Rayshard.Tests.Execution;

/// <summary>What is stored beside the rendering, when storing fails.</summary>
public sealed class StoringThreadTests
{
    [Fact]
    public void After_a_failure_no_shard_is_sealed_for_it_would_have_a_hole()
    {
        using var folder = new TemporaryFolder();
        var experiment = Synthetic.Experiment();
        var plan = new FramePlan(experiment);
        using var store = Store.Open(folder.Path);
        using var storing = new StoringThread(plan);
        var shard = new ShardRun(() => store.OpenShard(experiment, plan, 0), storing, new());
        Synthetic.Fill(shard.Writer, experiment, plan, without: 1);
        storing.Add(() => throw new IOException("full"));
        SpinWait.SpinUntil(() => storing.HasFailed);

        Assert.Equal("full", Assert.Throws<IOException>(() => shard.Seal()).Message);
        Assert.Empty(Directory.GetFiles(folder.Path, "*.tar", SearchOption.AllDirectories));
        shard.Dispose();
    }

    [Fact]
    public void A_seal_that_waits_when_something_fails_does_not_happen()
    {
        using var folder = new TemporaryFolder();
        var experiment = Synthetic.Experiment();
        var plan = new FramePlan(experiment);
        using var store = Store.Open(folder.Path);
        using var storing = new StoringThread(plan);
        using var goOn = new ManualResetEventSlim();
        var shard = new ShardRun(() => store.OpenShard(experiment, plan, 0), storing, new());
        Synthetic.Fill(shard.Writer, experiment, plan, without: 1);
        storing.Add(() =>
        {
            goOn.Wait();
            throw new IOException("full");
        });

        shard.Seal();
        goOn.Set();

        Assert.Equal("full", Assert.Throws<IOException>(storing.Drain).Message);
        Assert.Empty(Directory.GetFiles(folder.Path, "*.tar", SearchOption.AllDirectories));
    }
}
