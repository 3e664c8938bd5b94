using Microsoft.Win32.SafeHandles;
using Rayshard.Storage;
using Xunit;

namespace Rayshard.Tests.Storage;

public sealed class BackgroundFlushTests : IDisposable
{
    // Three frames are more than ShardWriter.FlushBytes.
    private static readonly Experiment s_experiment = Synthetic.Experiment(lights: 4, framesPerShard: 8, side: 900);
    private static readonly FramePlan s_plan = new(s_experiment);

    private readonly TemporaryFolder _folder = new();

    private string Partial => StoredExperiment.At(_folder.Path, s_experiment, s_plan).ShardPath(0) + ".partial";

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Frames_are_appended_while_the_disk_flushes_those_before_and_count_when_it_has_done_so()
    {
        using var files = new SlowDisk();
        using var store = Store.Open(_folder.Path, files);
        using var writer = store.OpenShard(s_experiment, s_plan, 0);
        files.Hold();
        Synthetic.Fill(writer, s_experiment, s_plan, 4, 5, 6, 7);
        Assert.True(files.WaitUntilAsked());
        Assert.Equal((4, 0), (writer.Held.Count, writer.Durable));
        files.Release();
        writer.Flush();
        Assert.Equal(4, writer.Durable);
        Assert.Equal(2, files.Flushes);
    }

    [Fact]
    public void A_flush_that_fails_meanwhile_drops_all_that_was_appended_since_the_one_before()
    {
        using var files = new SlowDisk();
        using var store = Store.Open(_folder.Path, files);
        using var writer = store.OpenShard(s_experiment, s_plan, 0);
        Synthetic.Fill(writer, s_experiment, s_plan, 1, 2, 3, 4, 5, 6, 7);
        writer.Flush();
        var safe = writer.Bytes;
        files.Hold(isFailing: true);
        Synthetic.Fill(writer, s_experiment, s_plan, 5, 6, 7);
        Assert.True(files.WaitUntilAsked());
        files.Release();
        Assert.True(Assert.Throws<ShardWriteException>(writer.Seal).IsPoisoned);
        Assert.Equal((safe, 1), (new FileInfo(Partial).Length, files.Flushes));
        Assert.Throws<ShardWriteException>(writer.Flush);
        Assert.Equal(1, files.Flushes);
    }

    /// <summary>Real files whose flush waits until it is let go, and then succeeds or fails.</summary>
    private sealed class SlowDisk : IDurableFiles, IDisposable
    {
        private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

        private readonly DurableFiles _files = new();
        private readonly ManualResetEventSlim _go = new(true), _asked = new();
        private bool _isFailing;
        private int _flushes;

        /// <summary>Since it was held.</summary>
        public int Flushes => _flushes;

        public void Hold(bool isFailing = false)
        {
            (_isFailing, _flushes) = (isFailing, 0);
            _asked.Reset();
            _go.Reset();
        }

        public bool WaitUntilAsked() => _asked.Wait(s_patience);

        public void Release() => _go.Set();

        public SafeFileHandle Open(string path) => _files.Open(path);

        public void Append(SafeFileHandle file, long offset, IReadOnlyList<ReadOnlyMemory<byte>> buffers) => _files.Append(file, offset, buffers);

        public void Truncate(SafeFileHandle file, long length) => _files.Truncate(file, length);

        public void Flush(SafeFileHandle file)
        {
            Interlocked.Increment(ref _flushes);
            _asked.Set();
            if (!_go.Wait(s_patience))
            {
                throw new TimeoutException("nobody let the flush go: it was waited for");
            }

            if (_isFailing)
            {
                throw new IOException("the flush was made to fail", 5);
            }

            _files.Flush(file);
        }

        public void Rename(string from, string to) => _files.Rename(from, to);

        public void FlushFolder(string folder) => _files.FlushFolder(folder);

        public void Remove(string path) => _files.Remove(path);

        public void Dispose()
        {
            _go.Dispose();
            _asked.Dispose();
        }
    }
}
