using Rayshard.Storage;
using Xunit;

namespace Rayshard.Tests.Storage;

public class DiskFailureTests
{
    private const int InputOutputError = 5;
    private const int NoSpace = 28;

    private static readonly Experiment s_experiment = Synthetic.Experiment();
    private static readonly FramePlan s_plan = new(s_experiment);

    [Theory]
    [InlineData(InputOutputError, ExitCode.Failed)]
    [InlineData(NoSpace, ExitCode.MachineLacks)]
    public void Whichever_call_fails_no_flushed_frame_is_lost_and_the_resumed_shard_has_the_same_bytes(int errno, ExitCode exitCode)
    {
        using var reference = new TemporaryFolder();
        var whole = Digest.OfFile(Synthetic.RenderedStore(reference).ShardPath(0));
        var failed = new HashSet<string>();
        for (var call = 1; ; call++)
        {
            using var folder = new TemporaryFolder();
            var files = new FailingFiles(call, errno);
            var flushed = 0;
            var error = Record(() => Run(folder, files, count => flushed = count));
            Assert.Equal(files.HasFailed, error is not null);
            if (error is null)
            {
                Assert.True(call > 20, $"only {call} calls were made");
                break;
            }

            failed.Add(files.Failed);
            Assert.Equal(exitCode, Assert.IsAssignableFrom<RayshardException>(error).ExitCode);
            Assert.Equal(0, files.FlushesAfterFailure);
            Assert.DoesNotContain(new Verifier(folder.Path).Run(), fault => fault.Kind is not (FaultKind.BadCatalog or FaultKind.BadExperiment));

            using var store = Store.Open(folder.Path);
            if (store.Sealed(s_experiment, s_plan, 0) is null)
            {
                using var writer = store.OpenShard(s_experiment, s_plan, 0);
                Assert.True(writer.Held.Count >= flushed, $"call {call} ({files.Failed}): {flushed} frames were flushed, {writer.Held.Count} are left");
                Synthetic.Fill(writer, s_experiment, s_plan);
                writer.Seal();
            }

            Synthetic.RenderAll(store, s_experiment);
            Assert.Equal(whole, Digest.OfFile(StoredExperiment.At(folder.Path, s_experiment, s_plan).ShardPath(0)));
            Assert.Empty(new Verifier(folder.Path).Run());
        }

        Assert.Equal(["append", "flush", "flush folder", "open", "rename", "truncate"], failed.Order());
    }

    [Fact]
    public void A_refused_flush_drops_what_was_not_safe_and_is_never_tried_again()
    {
        // Call by call, until the one that fails is the second flush of the partial.
        for (var call = 1; ; call++)
        {
            using var folder = new TemporaryFolder();
            var files = new FailingFiles(call, InputOutputError);
            using var store = Store.Open(folder.Path, files);
            var path = StoredExperiment.At(folder.Path, s_experiment, s_plan).ShardPath(0) + ".partial";
            var safe = 0L;
            try
            {
                using var writer = store.OpenShard(s_experiment, s_plan, 0);
                Synthetic.Fill(writer, s_experiment, s_plan, 2, 3);
                writer.Flush();
                safe = writer.Bytes;
                Synthetic.Fill(writer, s_experiment, s_plan, 3);
                var refused = Assert.Throws<ShardWriteException>(writer.Flush);
                Assert.Equal("flush", files.Failed);
                Assert.True(refused.IsPoisoned);
                Assert.Equal(safe, new FileInfo(path).Length);
                var (record, blobs) = Synthetic.Render(s_experiment, s_plan.At(3));
                Assert.True(Assert.Throws<ShardWriteException>(writer.Flush).IsPoisoned);
                Assert.Throws<ShardWriteException>(() => writer.Append(s_plan.At(3), record, blobs));
                Assert.Throws<ShardWriteException>(writer.Seal);
                Assert.Equal(0, files.FlushesAfterFailure);
                return;
            }
            catch (RayshardException) when (files.HasFailed)
            {
                // An earlier call, or the append before the flush: the next one.
            }
        }
    }

    [Fact]
    public void A_store_that_may_not_be_written_is_one_clear_error()
    {
        // /proc takes no new folder, not even from root.
        var error = Assert.Throws<UnusableStoreException>(() => Store.Open("/proc/rayshard"));
        Assert.Contains("/proc/rayshard", error.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.NotFound, Assert.Throws<UnusableStoreException>(() => Store.OpenReadOnly("/nowhere/at/all")).ExitCode);
    }

    private static void Run(TemporaryFolder folder, IDurableFiles files, Action<int> flushed)
    {
        using var store = Store.Open(folder.Path, files);
        using (var writer = store.OpenShard(s_experiment, s_plan, 0))
        {
            Synthetic.Fill(writer, s_experiment, s_plan, 2, 3);
            writer.Flush();
            flushed(writer.Durable);
        }

        // A resume in between, with a torn tail to cut.
        File.AppendAllText(StoredExperiment.At(folder.Path, s_experiment, s_plan).ShardPath(0) + ".partial", "torn");
        using (var writer = store.OpenShard(s_experiment, s_plan, 0))
        {
            Synthetic.Fill(writer, s_experiment, s_plan, 3);
            writer.Flush();
            flushed(writer.Durable);
            Synthetic.Fill(writer, s_experiment, s_plan);
            writer.Seal();
        }

        store.IndexAsync(s_experiment, s_plan).GetAwaiter().GetResult();
    }

    private static Exception? Record(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }
}
