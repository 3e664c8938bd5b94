namespace Rayshard.Storage;

/// <summary>Compares an experiment's index tables with those that its shards give, byte for byte, where they are there.</summary>
internal static class IndexVerifier
{
    public static IEnumerable<Fault> Run(StoredExperiment experiment, string folder, CancellationToken cancellation)
    {
        foreach (var table in IndexTables.Of(experiment))
        {
            var path = Path.Combine(folder, table.FileName);
            if (File.Exists(path) && Difference(table, path, cancellation) is { } offset)
            {
                yield return new(Path.Combine(Path.GetFileName(folder), table.FileName), offset, "", FaultKind.BadIndex, "the table is not the one that the shards give: indexing writes it anew");
            }
        }
    }

    private static long? Difference(IndexTable table, string path, CancellationToken cancellation)
    {
        try
        {
            using var stream = new ComparingStream(File.OpenRead(path));
            table.WriteAsync(stream, cancellation).GetAwaiter().GetResult();
            return stream.FirstDifference;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    /// <summary>Compares what is written to it with a file, so that a table of any size is compared in constant memory.</summary>
    private sealed class ComparingStream(FileStream present) : Stream
    {
        private readonly byte[] _buffer = new byte[1 << 16];
        private long _position;
        private long? _difference;

        public long? FirstDifference => _difference ?? (_position < present.Length ? _position : null);

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => _position;

        public override long Position
        {
            get => _position;
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            while (!buffer.IsEmpty)
            {
                var chunk = buffer[..Math.Min(buffer.Length, _buffer.Length)];
                if (_difference is null)
                {
                    var read = _buffer.AsSpan(0, present.ReadAtLeast(_buffer.AsSpan(0, chunk.Length), chunk.Length, throwOnEndOfStream: false));
                    var same = chunk.CommonPrefixLength(read);
                    _difference = same < chunk.Length ? _position + same : null;
                }

                _position += chunk.Length;
                buffer = buffer[chunk.Length..];
            }
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            present.Dispose();
            base.Dispose(disposing);
        }
    }
}
