using System.IO.Hashing;
using Microsoft.Win32.SafeHandles;

namespace Rayshard.Storage;

/// <summary>
/// Grows one shard, frame by frame in the experiment's order, and seals it. The partial is its own journal: a new writer keeps every
/// whole frame that the last one left, so a resumed shard has the same bytes as an uninterrupted one. Not thread-safe.
/// </summary>
public sealed class ShardWriter : IDisposable
{
    /// <summary>Bytes after which the frames so far are flushed to the disk together; a power cut takes less than twice as many.</summary>
    public const long FlushBytes = 64L << 20;

    private static readonly byte[] s_padding = new byte[Ustar.Block];

    private readonly IDurableFiles _files;
    private readonly string _path;
    private readonly Action<ShardReader> _whenSealed;
    private readonly SafeFileHandle _file;
    private readonly HeldFrames _held;
    private readonly bool _isResumed;

    // Frames that the next write takes, their entries' headers, and all of that in the order of the shard. Used again and again.
    private readonly List<FrameEntry> _taken = [];
    private readonly List<byte[]> _headers = [];
    private readonly List<ReadOnlyMemory<byte>> _buffers = [];
    private long _takenBytes;
    private long _end;
    private long _durable;
    private (Task? Task, int Frames, long Bytes) _flushing;
    private ShardWriteException? _broken;
    private bool _isSealed;

    /// <summary>Opens the partial of the shard at <paramref name="path"/>, or starts one.</summary>
    internal ShardWriter(string path, ShardLayout layout, FramePlan plan, IDurableFiles files, Action<ShardReader> whenSealed)
    {
        (_path, _files, _whenSealed, Layout) = (path, files, whenSealed, layout);
        _held = new(layout);
        _file = Guarded(() => _files.Open(PartialPath));
        try
        {
            using (var bytes = new ShardBytes(_file, PartialPath))
            {
                _isResumed = bytes.Length > 0;
                foreach (var frame in new FrameScan(bytes, layout, plan).Run(0, layout.First))
                {
                    _held.Add(frame);
                    _end += layout.FrameBytes(frame.RecordBytes);
                }

                Resume(bytes.Length);
            }
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>Passes and range of the shard.</summary>
    public ShardLayout Layout { get; }

    /// <summary>The frames that the shard holds so far, in order: after opening, those that need no rendering. None once it is sealed.</summary>
    public IReadOnlyList<FrameEntry> Held => _held;

    /// <summary>Bytes of the shard so far.</summary>
    public long Bytes => _end;

    /// <summary>How many of the frames that it holds survive a power cut.</summary>
    public int Durable { get; private set; }

    private string PartialPath => _path + ShardPaths.Partial;

    /// <summary>
    /// Appends a frame. It survives the death of this process at once, and a power cut after the next <see cref="Flush"/>; one begins by
    /// itself every <see cref="FlushBytes"/>, beside what is appended next.
    /// </summary>
    /// <param name="frame">The frame: one of the shard's range, behind all that are held.</param>
    /// <param name="record">Its record. The blobs' addresses are taken on trust: the caller has hashed them.</param>
    /// <param name="blobs">The whole blobs, npy header and floats, in the order of the record's passes. Not kept.</param>
    /// <param name="xxh3">The blobs' XXH3 in the same order, taken on trust, where the caller has hashed them; else they are computed here.</param>
    /// <exception cref="FrameRefusedException">The frame, its record or a blob does not fit.</exception>
    /// <exception cref="ShardWriteException">Writing failed; this writer is done for, open another.</exception>
    public void Append(Frame frame, Record record, IReadOnlyList<ReadOnlyMemory<byte>> blobs, IReadOnlyList<ulong>? xxh3 = null)
    {
        Take(frame, record, blobs, xxh3);
        Write();
    }

    /// <summary>
    /// Takes a frame that <see cref="Write"/> appends together with those taken before: of small frames a few at once are cheaper than each. Arguments
    /// and what is thrown are those of <see cref="Append"/>, but the blobs are the writer's until then.
    /// </summary>
    public void Take(Frame frame, Record record, IReadOnlyList<ReadOnlyMemory<byte>> blobs, IReadOnlyList<ulong>? xxh3 = null)
    {
        ThrowIfDone();
        if (WhyNot(frame, record, blobs) is { } reason)
        {
            throw new FrameRefusedException(_path, frame.Index, reason);
        }

        if (_headers.Count == _taken.Count)
        {
            _headers.Add(new byte[Ustar.Block * (1 + Layout.Passes.Count)]);
        }

        var (headers, entries) = (_headers[_taken.Count].AsMemory(), _held.Blobs(_held.Count + _taken.Count));
        AddEntry(headers[..Ustar.Block], EntryName.OfRecord(record.Address), record.Bytes);
        for (var i = 0; i < entries.Length; i++)
        {
            entries.Span[i] = new(record.Passes[i].Address, xxh3 is { Count: > 0 } ? xxh3[i] : XxHash3.HashToUInt64(blobs[i].Span));
            AddEntry(headers.Slice((1 + i) * Ustar.Block, Ustar.Block), EntryName.OfBlob(record.Address, record.Passes[i].Name), blobs[i]);
        }

        _taken.Add(new(frame.Index, frame.Key, record.Address, _end + _takenBytes, record.Bytes.Length, XxHash3.HashToUInt64(record.Bytes.Span), entries));
        _takenBytes += Layout.FrameBytes(record.Bytes.Length);
    }

    /// <summary>Appends what was taken, in one write.</summary>
    /// <exception cref="ShardWriteException">Writing failed; this writer is done for, open another.</exception>
    public void Write()
    {
        ThrowIfDone();
        if (_taken.Count == 0)
        {
            return;
        }

        Guarded(() => _files.Append(_file, _end, _buffers));
        _taken.ForEach(_held.Add);
        _end += _takenBytes;
        _takenBytes = 0;
        _taken.Clear();
        _buffers.Clear();
        if (_end - Math.Max(_durable, _flushing.Bytes) >= FlushBytes)
        {
            EndFlush();
            _flushing = (Task.Factory.StartNew(() => _files.Flush(_file), default, TaskCreationOptions.LongRunning, TaskScheduler.Default), _held.Count, _end);
        }
    }

    /// <summary>Returns when every frame that was taken or is held is on the disk.</summary>
    /// <exception cref="ShardWriteException">The disk refused: the partial was cut back to what was safe before, this writer is done for.</exception>
    public void Flush()
    {
        Write();
        EndFlush();
        if (Durable < _held.Count)
        {
            FlushFile(() => _files.Flush(_file));
            (Durable, _durable) = (_held.Count, _end);
        }
    }

    /// <summary>
    /// Finishes the shard: manifest, trailer, flush, rename, flush of the folder. What it lacks of its range it lacks for good, until
    /// it is written anew.
    /// </summary>
    /// <exception cref="ShardWriteException">Writing failed; opening the shard again finishes what this left.</exception>
    public SealedShard Seal()
    {
        Write();
        EndFlush();
        var end = _end + Ustar.Block;
        foreach (var piece in Manifest.Pieces(Layout, _held, _end))
        {
            Guarded(() => _files.Append(_file, end, [piece]));
            end += piece.Length;
        }

        // Its header comes last, because only then its size is known: without one a partial ends with its last frame.
        var header = new byte[Ustar.Block];
        Ustar.Write(header, EntryName.Manifest, end - _end - Ustar.Block);
        Guarded(() => _files.Append(_file, end, [new byte[Ustar.Padding(end) + Ustar.TrailerBytes]]));
        Guarded(() => _files.Append(_file, _end, [header]));
        FlushFile(() => _files.Flush(_file));
        _isSealed = true;
        _file.Dispose();
        Guarded(() =>
        {
            _files.Rename(PartialPath, _path);
            _files.FlushFolder(Path.GetDirectoryName(_path)!);
        });
        using var reader = ShardReader.Open(_path, _path, (Layout, _held));
        _whenSealed(reader);
        _held.HandOver();
        return reader.Shard;
    }

    /// <summary>Closes the file as it is, without a flush: what was appended is safe from the death of the process, not from a power cut.</summary>
    public void Dispose() => _file.Dispose();

    private void AddEntry(Memory<byte> header, string name, ReadOnlyMemory<byte> content)
    {
        Ustar.Write(header.Span, name, content.Length);
        _buffers.Add(header);
        _buffers.Add(content);
        _buffers.Add(s_padding.AsMemory(0, Ustar.Padding(content.Length)));
    }

    // What the last writer left may be in the kernel's memory only: one flush makes it a floor to fall back to, where a whole frame is left.
    private void Resume(long length)
    {
        if (length > _end)
        {
            Guarded(() => _files.Truncate(_file, _end));
        }

        Flush();
        Guarded(() => _files.FlushFolder(Path.GetDirectoryName(_path)!));
    }

    private string? WhyNot(Frame frame, Record record, IReadOnlyList<ReadOnlyMemory<byte>> blobs)
    {
        var last = _taken.Count > 0 ? _taken[^1].Index : _held.Count > 0 ? _held[^1].Index : Layout.First - 1;
        if (frame.Index <= last || frame.Index >= Layout.First + Layout.Expected)
        {
            return $"the shard takes frames {last + 1} to {Layout.First + Layout.Expected - 1} now, each once and in order";
        }

        return record.Frame != frame.Key ? "the record is another frame's" : Layout.WhyNot(record) ?? (record.Bytes.Length > FrameScan.MaxRecordBytes ? "the record is larger than 1 MiB" : Layout.WhyNot(blobs));
    }

    // One flush may be under way while frames are appended, so that the disk works beside the hashing: on a thread of its own, for it would take one of
    // the few of the pool that hash.
    private void EndFlush()
    {
        if (_flushing.Task is { } task)
        {
            FlushFile(() => task.GetAwaiter().GetResult());
            (Durable, _durable) = (_flushing.Frames, _flushing.Bytes);
            _flushing = default;
        }
    }

    private void FlushFile(Action flush)
    {
        try
        {
            flush();
        }
        catch (IOException e)
        {
            _broken = new(PartialPath, isPoisoned: true, e);
            DropUnsafe();
            throw _broken;
        }
    }

    // See ShardWriteException.IsPoisoned. Best effort, and no flush: a partial that can't be cut is checked when it is opened.
    private void DropUnsafe()
    {
        try
        {
            if (_durable > 0)
            {
                _files.Truncate(_file, _durable);
            }
            else if (!_isResumed)
            {
                _file.Dispose();
                _files.Remove(PartialPath);
            }
        }
        catch (IOException)
        {
        }
    }

    private void Guarded(Action action) => Guarded(() =>
    {
        action();
        return true;
    });

    private T Guarded<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _broken = new(PartialPath, isPoisoned: false, e);
            throw _broken;
        }
    }

    private void ThrowIfDone()
    {
        ObjectDisposedException.ThrowIf(_isSealed || (_broken is null && _file.IsClosed), this);
        if (_broken is not null)
        {
            throw new ShardWriteException(PartialPath, _broken.IsPoisoned, _broken.InnerException!);
        }
    }
}
