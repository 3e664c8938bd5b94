using Microsoft.Win32.SafeHandles;
using Rayshard.Storage;

namespace Rayshard.Tests.Storage;

/// <summary>
/// Writes down what is done to the disk, and rebuilds what a power cut can leave after any of it: what was flushed, plus any
/// sectors of what was not (the rest zero, the length somewhere between), plus a prefix of the names that were not flushed.
/// </summary>
internal sealed class RecordedDisk(string root) : IDurableFiles
{
    private const int Sector = 512;
    private readonly DurableFiles _files = new();
    private readonly Dictionary<SafeFileHandle, string> _paths = [];
    private readonly List<Action<Disk>> _operations = [];

    /// <summary>How many operations were recorded.</summary>
    public int Count => _operations.Count;

    public SafeFileHandle Open(string path)
    {
        var file = _files.Open(path);
        _paths[file] = path;
        _operations.Add(disk => disk.Open(path));
        return file;
    }

    public void Append(SafeFileHandle file, long offset, IReadOnlyList<ReadOnlyMemory<byte>> buffers)
    {
        _files.Append(file, offset, buffers);
        var (path, bytes) = (_paths[file], buffers.SelectMany(buffer => buffer.ToArray()).ToArray());
        _operations.Add(disk => disk.File(path).Write(offset, bytes));
    }

    public void Truncate(SafeFileHandle file, long length)
    {
        _files.Truncate(file, length);
        var path = _paths[file];
        _operations.Add(disk => disk.File(path).Cut(length));
    }

    public void Flush(SafeFileHandle file)
    {
        _files.Flush(file);
        var path = _paths[file];
        _operations.Add(disk => disk.File(path).Flush());
    }

    public void Rename(string from, string to)
    {
        _files.Rename(from, to);
        _operations.Add(disk => disk.Change(names =>
        {
            names[to] = names[from];
            names.Remove(from);
        }));
    }

    public void FlushFolder(string folder)
    {
        _files.FlushFolder(folder);
        _operations.Add(disk => disk.FlushNames());
    }

    public void Remove(string path)
    {
        _files.Remove(path);
        _operations.Add(disk => disk.Change(names => names.Remove(path)));
    }

    /// <summary>Lays down in <paramref name="folder"/> what a power cut after the first <paramref name="operations"/> operations may leave.</summary>
    public void Cut(int operations, Random random, string folder)
    {
        var disk = new Disk();
        foreach (var operation in _operations.Take(operations))
        {
            operation(disk);
        }

        foreach (var (path, file) in disk.Left(random))
        {
            var to = Path.Combine(folder, Path.GetRelativePath(root, path));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            System.IO.File.WriteAllBytes(to, file.Left(random));
        }
    }

    internal sealed class Disk
    {
        private readonly Dictionary<string, Contents> _names = [];
        private readonly List<Action<Dictionary<string, Contents>>> _unflushed = [];
        private Dictionary<string, Contents> _durable = [];

        public Contents File(string path) => _names[path];

        public void Open(string path)
        {
            if (!_names.ContainsKey(path))
            {
                var contents = new Contents();
                Change(names => names[path] = contents);
            }
        }

        public void Change(Action<Dictionary<string, Contents>> change)
        {
            change(_names);
            _unflushed.Add(change);
        }

        public void FlushNames()
        {
            _durable = new(_names);
            _unflushed.Clear();
        }

        public Dictionary<string, Contents> Left(Random random)
        {
            var names = new Dictionary<string, Contents>(_durable);
            foreach (var change in _unflushed.Take(random.Next(_unflushed.Count + 1)))
            {
                change(names);
            }

            return names;
        }
    }

    internal sealed class Contents
    {
        private byte[] _durable = [];
        private byte[] _now = [];

        public void Write(long offset, byte[] bytes)
        {
            Array.Resize(ref _now, (int)Math.Max(_now.Length, offset + bytes.Length));
            bytes.CopyTo(_now, offset);
        }

        public void Cut(long length) => Array.Resize(ref _now, (int)length);

        public void Flush() => _durable = [.. _now];

        public byte[] Left(Random random)
        {
            var (low, high) = (Math.Min(_durable.Length, _now.Length), Math.Max(_durable.Length, _now.Length));
            var length = random.Next(3) switch { 0 => low, 1 => high, _ => random.Next(low, high + 1) };
            var left = new byte[length];
            var chance = random.Next(2) == 0 ? 1 : random.NextDouble();
            for (var start = 0; start < length; start += Sector)
            {
                var source = random.NextDouble() < chance && start < _now.Length ? _now : _durable;
                source.AsSpan(Math.Min(start, source.Length), Math.Max(0, Math.Min(Math.Min(Sector, length - start), source.Length - start))).CopyTo(left.AsSpan(start));
            }

            return left;
        }
    }
}
