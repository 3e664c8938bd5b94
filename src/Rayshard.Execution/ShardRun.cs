using Rayshard.Storage;

namespace Rayshard.Execution;

/// <summary>One shard on its way from its first frame to its seal. One caller; the queue does the work in the order of the calls.</summary>
internal sealed class ShardRun(Func<ShardWriter> open, StoringQueue storing, RenderCounts counts) : IDisposable
{
    private readonly List<(FrameBlobs Blobs, bool IsReused)> _taken = [];
    private ShardWriter? _writer;
    private Action? _write; // One object, by which the queue knows what goes together.

    /// <summary>The writer; opened when it is first needed, because frames are taken far ahead.</summary>
    public ShardWriter Writer => _writer ??= open();

    /// <summary>Appends a frame.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="hash">Makes its blobs; called on any thread.</param>
    /// <param name="isReused">Whether the store had it.</param>
    public void Append(Frame frame, Func<FrameBlobs> hash, bool isReused)
    {
        try
        {
            _write ??= Write;
            _ = Writer;
        }
        catch
        {
            hash().Dispose(); // Gives the frame's memory back.
            throw;
        }

        storing.Add(
            () =>
            {
                var blobs = hash();
                return () =>
                {
                    _taken.Add((blobs, isReused));
                    if (!storing.HasFailed)
                    {
                        Writer.Take(frame, blobs.Record, blobs.Blobs, blobs.Xxh3);
                    }
                };
            },
            after: _write);
    }

    /// <summary>Seals the shard in the background, where it holds anything.</summary>
    public void Seal()
    {
        var writer = Writer;
        storing.Then(() =>
        {
            if (writer.Held.Count > 0 && !storing.HasFailed)
            {
                var before = writer.Bytes;
                counts.Sealed(writer.Seal().Bytes - before);
            }

            writer.Dispose();
        });
    }

    /// <summary>Flushes what an interrupted run leaves.</summary>
    public void Flush() => _writer?.Flush();

    public void Dispose() => _writer?.Dispose();

    // Also after a failure: what was taken before it is whole, and all memory goes back.
    private void Write()
    {
        var (before, held) = (Writer.Bytes, Writer.Held.Count);
        try
        {
            Writer.Write();
            counts.Appended(_taken.Take(Writer.Held.Count - held).Count(taken => taken.IsReused), Writer.Held.Count - held, Writer.Bytes - before);
        }
        finally
        {
            _taken.ForEach(taken => taken.Blobs.Dispose());
            _taken.Clear();
        }
    }
}

/// <summary>What has been stored so far. Thread-safe.</summary>
internal sealed class RenderCounts
{
    private long _rendered, _reused, _bytes;
    private int _sealed;

    public int ShardsSealed => Volatile.Read(ref _sealed);

    /// <summary>Notes frames and bytes that were there before.</summary>
    public void Found(int frames, long bytes, bool isSealed)
    {
        Interlocked.Add(ref _reused, frames);
        Interlocked.Add(ref _bytes, bytes);
        Interlocked.Add(ref _sealed, isSealed ? 1 : 0);
    }

    public void Appended(int reused, int frames, long bytes)
    {
        Interlocked.Add(ref _reused, reused);
        Interlocked.Add(ref _rendered, frames - reused);
        Interlocked.Add(ref _bytes, bytes);
    }

    public void Sealed(long bytes)
    {
        Interlocked.Add(ref _bytes, bytes);
        Interlocked.Increment(ref _sealed);
    }

    public RenderProgress On(RenderProgress progress) => progress with
    {
        Rendered = Interlocked.Read(ref _rendered), Reused = Interlocked.Read(ref _reused), Bytes = Interlocked.Read(ref _bytes), ShardsSealed = ShardsSealed,
    };
}
