namespace Rayshard.Storage;

/// <summary>
/// The shards of one experiment, mapped when they are asked for; beyond a number of them, the one that was used longest ago is unmapped. One that is in use
/// stays. Thread-safe.
/// </summary>
internal sealed class MappedShards : IDisposable
{
    private readonly Lock _lock = new();
    private readonly (string Path, ShardLayout Layout)[] _shards;
    private readonly Dictionary<int, Mapping> _mapped = [];
    private readonly LinkedList<Mapping> _used = new();
    private readonly int _most;
    private bool _isDisposed;

    public MappedShards(IReadOnlyList<string> paths, int most)
    {
        _most = most;
        _shards = [.. paths.Select(path => (path, ShardTail.ReadLayout(path))).OrderBy(shard => shard.Item2.First)];
        for (var i = 1; i < _shards.Length; i++)
        {
            var (before, layout) = (_shards[i - 1].Layout, _shards[i].Layout);
            if (layout.ShardSet != before.ShardSet || layout.First < before.First + before.Expected || !Manifest.Head(layout with { First = 0, Expected = 1 }, 0).Equals(Manifest.Head(before with { First = 0, Expected = 1 }, 0), StringComparison.Ordinal))
            {
                throw ShardBytes.Damaged(_shards[i].Path, 0, "", FaultKind.StrayFile, $"it is no shard of the same experiment as {Path.GetFileName(_shards[i - 1].Path)}, or holds the same frames");
            }
        }
    }

    public int Count => _shards.Length;

    public IEnumerable<string> Paths => _shards.Select(shard => shard.Path);

    public IReadOnlyList<ShardPass> Passes => _shards[0].Layout.Passes;

    /// <summary>How many are mapped now.</summary>
    public int Mapped
    {
        get
        {
            lock (_lock)
            {
                return _mapped.Count;
            }
        }
    }

    /// <summary>The shard in whose range a frame is.</summary>
    public int? Find(long index)
    {
        var (low, high) = (0, _shards.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var layout = _shards[middle].Layout;
            if (index >= layout.First && index < layout.First + layout.Expected)
            {
                return middle;
            }

            (low, high) = layout.First < index ? (middle + 1, high) : (low, middle - 1);
        }

        return null;
    }

    public MappedLease Lease(int number)
    {
        Mapping? mapping;
        List<Mapping> old = [];
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(MappedFrames));
            if (_mapped.TryGetValue(number, out mapping))
            {
                _used.Remove(mapping.Node);
            }
            else
            {
                // Opened outside of the lock: a manifest takes milliseconds, and the other shards' readers need not wait.
                mapping = new(number, new(() => MappedShard.Open(_shards[number].Path, _shards[number].Layout)));
                _mapped[number] = mapping;
            }

            mapping.Leases++;
            _used.AddFirst(mapping.Node);
            Shrink(old);
        }

        old.ForEach(unused => unused.Shard.Value.Dispose());
        try
        {
            return new(this, mapping, mapping.Shard.Value);
        }
        catch
        {
            // Not kept: who repairs the file can ask again.
            lock (_lock)
            {
                Forget(mapping);
            }

            throw;
        }
    }

    public void Release(Mapping mapping)
    {
        List<Mapping> old = [];
        lock (_lock)
        {
            mapping.Leases--;
            Shrink(old);
        }

        old.ForEach(unused => unused.Shard.Value.Dispose());
    }

    public void Dispose()
    {
        List<Mapping> old = [];
        lock (_lock)
        {
            _isDisposed = true;
            Shrink(old);
        }

        old.ForEach(unused => unused.Shard.Value.Dispose());
    }

    private void Shrink(List<Mapping> old)
    {
        for (var node = _used.Last; node is not null && (_isDisposed || _mapped.Count > _most);)
        {
            var (mapping, before) = (node.Value, node.Previous);
            if (mapping.Leases == 0)
            {
                Forget(mapping);
                old.Add(mapping);
            }

            node = before;
        }
    }

    private void Forget(Mapping mapping)
    {
        if (_mapped.TryGetValue(mapping.Number, out var present) && present == mapping)
        {
            _mapped.Remove(mapping.Number);
            _used.Remove(mapping.Node);
        }
    }

    /// <summary>A shard that is mapped or about to be, and how many use it.</summary>
    internal sealed class Mapping
    {
        public Mapping(int number, Lazy<MappedShard> shard)
        {
            (Number, Shard) = (number, shard);
            Node = new(this);
        }

        public int Number { get; }

        public Lazy<MappedShard> Shard { get; }

        public LinkedListNode<Mapping> Node { get; }

        public int Leases { get; set; }
    }
}

/// <summary>The right to use a mapping until it is disposed.</summary>
internal sealed unsafe class MappedLease(MappedShards shards, MappedShards.Mapping mapping, MappedShard shard) : IDisposable
{
    private int _isDisposed;

    public MappedShard Shard
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isDisposed != 0, typeof(MappedFrame));
            return shard;
        }
    }

    public byte* At(long offset) => Shard.Start + offset;

    public MappedBytes Bytes(long offset, int length) => new(At(offset), length);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            shards.Release(mapping);
        }
    }
}
