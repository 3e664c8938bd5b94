using Rayshard.Storage;

namespace Rayshard.Tests.Storage;

public sealed class SideBySideTests
{
    [Fact]
    public void GivesResultsInOrderWhateverIsReadyFirst()
    {
        using var second = new ManualResetEventSlim();
        if (Environment.ProcessorCount < 2)
        {
            second.Set();
        }

        var results = SideBySide.InOrder(
            Enumerable.Range(0, 50),
            (i, _) =>
            {
                if (i == 0)
                {
                    second.Wait(TestContext.Current.CancellationToken);
                }
                else if (i == 1)
                {
                    second.Set();
                }

                return i;
            },
            default);
        Assert.Equal(Enumerable.Range(0, 50), results);
    }

    [Fact]
    public void WorksNoFurtherAheadThanThereAreCores()
    {
        var begun = 0;
        using var results = SideBySide.InOrder(Enumerable.Range(0, 100), (i, _) => Interlocked.Increment(ref begun), default).GetEnumerator();
        Assert.True(results.MoveNext());
        SpinWait.SpinUntil(() => Volatile.Read(ref begun) >= Environment.ProcessorCount, TimeSpan.FromSeconds(10));
        Assert.Equal(Environment.ProcessorCount, Volatile.Read(ref begun));
    }

    [Fact]
    public void ThrowsInItsTurnWhatWasThrown()
    {
        var taken = new List<int>();
        var e = Assert.Throws<InvalidDataException>(() =>
        {
            foreach (var result in SideBySide.InOrder(Enumerable.Range(0, 10), (i, _) => i < 3 ? i : throw new InvalidDataException($"{i}"), default))
            {
                taken.Add(result);
            }
        });
        Assert.Equal(("3", 3), (e.Message, taken.Count));
    }

    [Fact]
    public void LeavesNothingUnderWayWhereItsTakerStops()
    {
        var running = 0;
        foreach (var _ in SideBySide.InOrder(Enumerable.Range(0, 10), Wait, default))
        {
            Assert.True(Environment.ProcessorCount == 1 || SpinWait.SpinUntil(() => Volatile.Read(ref running) > 0, TimeSpan.FromSeconds(10)));
            break;
        }

        Assert.Equal(0, Volatile.Read(ref running));

        int Wait(int i, CancellationToken ending)
        {
            if (i > 0)
            {
                Interlocked.Increment(ref running);
                Assert.True(ending.WaitHandle.WaitOne(TimeSpan.FromSeconds(10)));
                Thread.Sleep(20);
                Interlocked.Decrement(ref running);
            }

            return i;
        }
    }

    [Fact]
    public void EndsWhereItIsCancelled()
    {
        using var cancellation = new CancellationTokenSource();
        var work = SideBySide.InOrder(
            Enumerable.Range(0, 10),
            (i, ending) =>
            {
                cancellation.Cancel();
                ending.ThrowIfCancellationRequested();
                return i;
            },
            cancellation.Token);
        Assert.ThrowsAny<OperationCanceledException>(() => work.Count());
    }

    [Fact]
    public void GivesNoResultBehindACancellationNotEvenOneThatIsMade()
    {
        using var cancellation = new CancellationTokenSource();
        var made = 0;
        using var results = SideBySide.InOrder(Enumerable.Range(0, 2), (i, _) => Interlocked.Increment(ref made), cancellation.Token).GetEnumerator();
        Assert.True(results.MoveNext());
        Assert.True(Environment.ProcessorCount == 1 || SpinWait.SpinUntil(() => Volatile.Read(ref made) == 2, TimeSpan.FromSeconds(10)));
        cancellation.Cancel();
        Assert.Throws<OperationCanceledException>(() => results.MoveNext());
    }
}
