using Microsoft.Win32.SafeHandles;

namespace Rayshard.Storage;

/// <summary>A file that appears whole or not at all: written beside its name, flushed, renamed, its folder flushed. Write-only.</summary>
internal sealed class DurableStream : Stream
{
    private const int BufferBytes = 1 << 20;

    private readonly IDurableFiles _files;
    private readonly string _path;
    private readonly SafeFileHandle _file;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _filled;
    private long _written;

    public DurableStream(IDurableFiles files, string path)
    {
        _files = files;
        _path = path;
        _file = files.Open(TemporaryPath);
        files.Truncate(_file, 0);
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _written + _filled;

    public override long Position
    {
        get => Length;
        set => throw new NotSupportedException();
    }

    private string TemporaryPath => _path + ShardPaths.Partial;

    /// <summary>Writes a file whole.</summary>
    /// <exception cref="ShardWriteException">Writing failed; the file is as it was before.</exception>
    public static void Write(IDurableFiles files, string path, ReadOnlySpan<byte> content)
    {
        try
        {
            using var stream = new DurableStream(files, path);
            stream.Write(content);
            stream.Commit();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ShardWriteException(path, isPoisoned: false, e);
        }
    }

    /// <summary>Gives the file its name.</summary>
    public void Commit()
    {
        Append();
        _files.Flush(_file);
        _file.Dispose();
        _files.Rename(TemporaryPath, _path);
        _files.FlushFolder(Path.GetDirectoryName(_path)!);
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var taken = Math.Min(buffer.Length, BufferBytes - _filled);
            buffer[..taken].CopyTo(_buffer.AsSpan(_filled));
            buffer = buffer[taken..];
            _filled += taken;
            if (_filled == BufferBytes)
            {
                Append();
            }
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>Does nothing: only <see cref="Commit"/> flushes.</summary>
    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _file.Dispose();
        base.Dispose(disposing);
    }

    private void Append()
    {
        if (_filled > 0)
        {
            _files.Append(_file, _written, [_buffer.AsMemory(0, _filled)]);
            _written += _filled;
            _filled = 0;
        }
    }
}
