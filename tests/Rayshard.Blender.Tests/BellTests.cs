namespace Rayshard.Blender.Tests;

/// <summary>What the one thread of a run sleeps on.</summary>
public sealed class BellTests
{
    [Fact]
    public async Task A_ring_before_a_nap_ends_the_wait_behind_it()
    {
        var bell = new Bell();
        bell.Ring();
        await OnItsOwn(() =>
        {
            bell.Nap(TimeSpan.FromMilliseconds(1));
            bell.Wait([], []);
        }).WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task What_the_sleeper_has_given_back_itself_does_not_keep_it_awake()
    {
        var bell = new Bell();
        bell.Ring();
        var nap = OnItsOwn(() => bell.Nap(TimeSpan.FromHours(1)));
        await Task.Delay(200, TestContext.Current.CancellationToken);
        Assert.False(nap.IsCompleted);
    }

    private static Task OnItsOwn(Action sleep) => Task.Factory.StartNew(sleep, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
