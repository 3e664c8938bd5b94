using Rayshard.Execution;
using Rayshard.Storage;
using Rayshard.Tests.Storage;

namespace Rayshard.Tests.Execution;

/// <summary>What is stored beside the rendering, when storing fails.</summary>
public sealed class StoringQueueTests
{
    // More than go together, fewer than may wait.
    private const int Many = 5000, Late = 3500;

    [Fact]
    public void After_a_failure_no_shard_is_sealed_for_it_would_have_a_hole()
    {
        using var folder = new TemporaryFolder();
        var experiment = Synthetic.Experiment();
        var plan = new FramePlan(experiment);
        using var store = Store.Open(folder.Path);
        using var storing = new StoringQueue(plan);
        var shard = new ShardRun(() => store.OpenShard(experiment, plan, 0), storing, new());
        Synthetic.Fill(shard.Writer, experiment, plan, without: 1);
        storing.Then(() => throw new IOException("full"));
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
        using var storing = new StoringQueue(plan);
        using var goOn = new ManualResetEventSlim();
        var shard = new ShardRun(() => store.OpenShard(experiment, plan, 0), storing, new());
        Synthetic.Fill(shard.Writer, experiment, plan, without: 1);
        storing.Then(() =>
        {
            goOn.Wait();
            throw new IOException("full");
        });

        shard.Seal();
        goOn.Set();

        Assert.Equal("full", Assert.Throws<IOException>(storing.Drain).Message);
        Assert.Empty(Directory.GetFiles(folder.Path, "*.tar", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Frames_hashed_in_any_order_are_appended_in_theirs()
    {
        // Not disposed: that would wait for ever where the queue is broken.
        var storing = new StoringQueue(new(Synthetic.Experiment()));
        using var goOn = new ManualResetEventSlim();
        using var othersAreHashed = new ManualResetEventSlim();
        var appended = new List<int>();
        var adding = Task.Run(
            () =>
            {
                for (var i = 0; i < Many; i++)
                {
                    var number = i;
                    storing.Add(() =>
                    {
                        if (number == 0)
                        {
                            goOn.Wait();
                        }

                        if (number == Late)
                        {
                            othersAreHashed.Set();
                        }

                        return () => appended.Add(number);
                    });
                }
            },
            TestContext.Current.CancellationToken);

        await adding.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        var areOthersHashed = othersAreHashed.Wait(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        var early = appended.Count;
        goOn.Set();
        await Task.Run(storing.Drain, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);

        Assert.Equal((true, 0), (areOthersHashed, early));
        Assert.Equal(Enumerable.Range(0, Many), appended);
    }

    [Fact]
    public void Frames_that_are_sent_go_in_whole_parts()
    {
        using var storing = new StoringQueue(new(Synthetic.Experiment()));
        var (parts, part) = (new List<int>(), 0);
        void After()
        {
            parts.Add(part);
            part = 0;
        }

        Action after = After; // One object, by which the queue knows what goes together.
        for (var i = 0; i < Many; i++)
        {
            storing.Add(() => () => part++, after);
        }

        storing.Drain();

        // Two or more of one size, a shorter one only where the frames end.
        Assert.Equal(Many, parts.Sum());
        Assert.InRange(parts.Count, 3, Many / 100);
        Assert.All(parts.SkipLast(1), size => Assert.Equal(parts[0], size));
    }

    [Fact]
    public async Task Two_never_append_at_once()
    {
        // Not disposed: that would wait for ever where the queue is broken.
        var storing = new StoringQueue(new(Synthetic.Experiment()));
        using var othersAreHashed = new ManualResetEventSlim();
        var (inside, most, appended) = (0, 0, 0);
        for (var i = 0; i < Many; i++)
        {
            var number = i;
            storing.Add(() =>
            {
                if (number == Late)
                {
                    othersAreHashed.Set();
                }

                return () =>
                {
                    most = Math.Max(most, Interlocked.Increment(ref inside));
                    if (number == 0)
                    {
                        // Those who have hashed look for their turn now.
                        othersAreHashed.Wait();
                        SpinWait.SpinUntil(() => Volatile.Read(ref inside) > 1, TimeSpan.FromMilliseconds(300));
                    }

                    Interlocked.Decrement(ref inside);
                    appended++;
                };
            });
        }

        await Task.Run(storing.Drain, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);

        Assert.Equal((1, Many), (most, appended));
    }

    [Fact]
    public void A_caller_with_nothing_else_to_do_stores_what_waits()
    {
        using var storing = new StoringQueue(new(Synthetic.Experiment()));
        var by = 0;
        storing.Add(() => () => by = Environment.CurrentManagedThreadId);

        Assert.True(storing.Idle());

        Assert.Equal(Environment.CurrentManagedThreadId, by);
        Assert.False(storing.Idle());
    }

    [Fact]
    public void A_frame_that_cant_be_hashed_fails_in_its_turn()
    {
        using var storing = new StoringQueue(new(Synthetic.Experiment()));
        var appended = 0;
        storing.Add(() => () => appended++);
        storing.Add(() => throw new InvalidDataException("torn"));

        Assert.Equal("torn", Assert.Throws<InvalidDataException>(storing.Drain).Message);
        Assert.Equal(1, appended);
    }

    [Fact]
    public void What_is_behind_the_frames_that_go_together_is_called_once_for_them()
    {
        using var storing = new StoringQueue(new(Synthetic.Experiment()));
        var order = new List<string>();
        Action first = () => order.Add("first"), second = () => order.Add("second");
        storing.Add(() => () => order.Add("a"), first);
        storing.Add(() => () => order.Add("b"), first);
        storing.Add(() => () => order.Add("c"), second);
        storing.Then(() => order.Add("then"));
        storing.Drain();

        Assert.Equal(["a", "b", "first", "c", "second", "then"], order);
    }

    [Fact]
    public void Of_frames_that_go_together_those_before_one_that_fails_are_stored()
    {
        using var folder = new TemporaryFolder();
        var experiment = Synthetic.Experiment() with { Passes = [new("combined") { Name = "combined", Source = default }] };
        var (plan, counts) = (new FramePlan(experiment), new RenderCounts());
        using var store = Store.Open(folder.Path);
        using var storing = new StoringQueue(plan);
        using var shard = new ShardRun(() => store.OpenShard(experiment, plan, 0), storing, counts);
        for (var i = 0; i < 4; i++)
        {
            var frame = plan.At(i);
            shard.Append(frame, () => frame.Index == 2 ? throw new InvalidDataException("torn") : Blobs(experiment, frame), isReused: frame.Index == 1);
        }

        Assert.Throws<InvalidDataException>(storing.Drain);
        Assert.Equal([0, 1], shard.Writer.Held.Select(entry => entry.Index));
        var progress = counts.On(new("synthetic", 10));
        Assert.Equal((1, 1, shard.Writer.Bytes), (progress.Rendered, progress.Reused, progress.Bytes));
    }

    [Fact]
    public void A_frame_whose_shard_cant_be_opened_gives_its_memory_back()
    {
        var experiment = Synthetic.Experiment();
        var plan = new FramePlan(experiment);
        var frame = plan.At(0);
        using var storing = new StoringQueue(plan);
        using var shard = new ShardRun(() => throw new IOException("full"), storing, new());
        var taken = 0;

        Assert.Equal("full", Assert.Throws<IOException>(() => shard.Append(frame, Take, isReused: false)).Message);
        Assert.Equal(1, taken);

        FrameBlobs Take()
        {
            taken++;
            return Blobs(experiment, frame);
        }
    }

    private static FrameBlobs Blobs(Experiment experiment, Frame frame) =>
        FrameBlobs.Of(experiment, new(experiment), frame, new float[4 * experiment.Render.Width * experiment.Render.Height], 4);
}
