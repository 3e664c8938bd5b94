using Rayshard.Tests.Storage;

namespace Rayshard.Tests.Core;

/// <summary>One at a time, and no waiting for what will never come.</summary>
public sealed class FileTurnTests
{
    [Fact]
    public async Task The_second_waits_until_the_first_is_done()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "lock");
        var first = await FileTurn.TakeAsync(path, TestContext.Current.CancellationToken);
        var second = FileTurn.TakeAsync(path, TestContext.Current.CancellationToken);
        await Task.Delay(TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken);
        Assert.False(second.IsCompleted);

        first.Dispose();

        using (await second.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken))
        {
            Assert.True(File.Exists(path));
        }

        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task Where_the_file_cant_be_made_it_fails_at_once()
    {
        using var folder = new TemporaryFolder();

        await Assert.ThrowsAsync<DirectoryNotFoundException>(() => FileTurn.TakeAsync(Path.Combine(folder.Path, "gone", "lock"), TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromMinutes(1)));
    }
}
