using System.Buffers;
using Rayshard.Blender;
using Rayshard.Storage;

namespace Rayshard.Execution;

/// <summary>A frame's blobs and its record, ready to be stored. The buffers are rented: dispose of it when they are written.</summary>
internal sealed class FrameBlobs : IDisposable
{
    // Of its own: the shared one keeps few of a size and gives those back to the collector, so that memory rises and falls by what is under way.
    private static readonly ArrayPool<byte> s_pool = ArrayPool<byte>.Create(maxArrayLength: 1 << 30, maxArraysPerBucket: 1024);

    private readonly List<byte[]> _rented = [];
    private readonly List<ReadOnlyMemory<byte>> _blobs = [];
    private readonly List<ulong> _xxh3 = [];

    private FrameBlobs(Record record) => Record = record;

    /// <summary>The record.</summary>
    public Record Record { get; private init; }

    /// <summary>Whole npy files, in the order of the record's passes.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Blobs => _blobs;

    /// <summary>The blobs' XXH3, where they were hashed here; else empty.</summary>
    public IReadOnlyList<ulong> Xxh3 => _xxh3;

    /// <summary>Bytes of all of them.</summary>
    public long Bytes { get; private set; }

    /// <summary>The blobs of a frame that was just rendered: turned top row first, without the channels that nobody asked for, and hashed.</summary>
    public static FrameBlobs Of(Experiment experiment, RecordWriter records, RenderedFrame rendered)
    {
        var built = new BuiltBlob[rendered.Passes.Count];
        for (var i = 0; i < built.Length; i++)
        {
            var pass = rendered.Passes[i];
            built[i] = Build(pass.Pixels, pass.Channels, pass.Width, pass.Height, experiment.Passes[i]);
        }

        return Of(records, rendered.Frame, built);
    }

    /// <summary>The same, and the frame's memory goes back to its Worker.</summary>
    public static FrameBlobs Taken(Experiment experiment, RecordWriter records, RenderedFrame rendered)
    {
        using (rendered)
        {
            return Of(experiment, records, rendered);
        }
    }

    /// <summary>The blob of a frame of one pass, from Blender's buffer.</summary>
    public static FrameBlobs Of(Experiment experiment, RecordWriter records, Frame frame, ReadOnlySpan<float> pixels, int channels) =>
        Of(records, frame, [Build(pixels, channels, experiment.Render.Width, experiment.Render.Height, experiment.Passes[0])]);

    private static FrameBlobs Of(RecordWriter records, Frame frame, BuiltBlob[] built)
    {
        Array.Sort(built, (a, b) => string.CompareOrdinal(a.Pass.Name, b.Pass.Name));
        var blobs = new FrameBlobs(records.Write(frame, built.Select(blob => blob.Pass)));
        foreach (var one in built)
        {
            blobs.Add(one.Buffer, one.Length);
            blobs._xxh3.Add(one.Xxh3);
        }

        return blobs;
    }

    /// <summary>The same for who has few frames.</summary>
    public static FrameBlobs Of(Experiment experiment, RenderedFrame rendered) => Of(experiment, new(experiment), rendered);

    /// <summary>A copy with buffers of its own.</summary>
    public static FrameBlobs Of(FrameBlobs other)
    {
        var blobs = new FrameBlobs(other.Record);
        foreach (var blob in other.Blobs)
        {
            blobs.Add(s_pool.Rent(blob.Length), blob.Length);
            blob.Span.CopyTo(blobs._rented[^1]);
        }

        return blobs;
    }

    /// <summary>The blobs of a frame that a store holds already, under this experiment's record.</summary>
    /// <exception cref="DamagedShardException">A blob is not what its address says.</exception>
    public static FrameBlobs Of(RecordWriter records, Frame frame, StoredFrame stored)
    {
        var blobs = new FrameBlobs(records.Write(frame, stored.Record.Passes));
        try
        {
            for (var pass = 0; pass < stored.Record.Passes.Count; pass++)
            {
                var length = stored.BlobBytes(pass);
                blobs.Add(s_pool.Rent(length), length);
                stored.ReadBlob(pass, blobs._rented[^1]);
            }

            return blobs;
        }
        catch
        {
            blobs.Dispose();
            throw;
        }
    }

    /// <summary>The floats of a pass, top row first.</summary>
    public ReadOnlySpan<float> Pixels(string pass) => Npy.Pixels(_blobs[Record.Passes.Select((p, i) => (p.Name, i)).Single(p => p.Name == pass).i].Span);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var buffer in _rented)
        {
            s_pool.Return(buffer);
        }

        _rented.Clear();
    }

    private static BuiltBlob Build(ReadOnlySpan<float> pixels, int sourceChannels, int width, int height, PassRequest request)
    {
        var channels = FramePlan.ChannelsOf(request);
        var length = checked((int)Npy.LengthOf(height, width, channels.Count));
        var buffer = s_pool.Rent(length);
        var (address, xxh3) = PixelCopy.Blob(pixels, sourceChannels, buffer.AsSpan(0, length), channels.Count, width, height);
        return new(new(request.Name!, channels, height, width, BlenderFacts.Passes[request.Pass].Unit, address), buffer, length, xxh3);
    }

    private void Add(byte[] buffer, int length)
    {
        _rented.Add(buffer);
        _blobs.Add(buffer.AsMemory(0, length));
        Bytes += length;
    }

    private readonly record struct BuiltBlob(RecordedPass Pass, byte[] Buffer, int Length, ulong Xxh3);
}
