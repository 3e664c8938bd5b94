using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using Newtonsoft.Json.Linq;

namespace Rayshard.Blender;

/// <summary>The host's end of a Worker's socket: whole messages in, whole messages out. One thread at a time; <see cref="Shut"/> from anywhere.</summary>
internal sealed class WorkerChannel : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private Socket? _socket;
    private byte[] _buffer = new byte[4096];
    private int _start, _end;

    /// <summary>Listens at a path.</summary>
    public WorkerChannel(string path)
    {
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen(1);
    }

    /// <summary>The connected socket's descriptor.</summary>
    public int Descriptor { get; private set; } = -1;

    /// <summary>Waits for the Worker to connect. Gives its process as this machine numbers it, whatever it calls itself in a sandbox; 0 where the kernel does not tell.</summary>
    public async Task<int> AcceptAsync(CancellationToken cancellation)
    {
        _socket = await _listener.AcceptAsync(cancellation).ConfigureAwait(false);
        Descriptor = (int)_socket.Handle;
        _listener.Dispose();
        return Native.PeerOf(_socket);
    }

    /// <summary>Sends a message.</summary>
    /// <exception cref="SocketException">The Worker is gone.</exception>
    public void Send(JObject message)
    {
        var body = CanonicalJson.Bytes(message);
        var bytes = new ArrayBufferWriter<byte>(4 + body.Length);
        bytes.Advance(4);
        bytes.Write(body);
        Send(bytes);
    }

    /// <summary>Sends a message that was written behind four bytes for its length.</summary>
    /// <exception cref="SocketException">The Worker is gone.</exception>
    public void Send(ArrayBufferWriter<byte> message)
    {
        var length = message.WrittenCount - 4;
        if (length > WorkerMessage.MaxBytes)
        {
            throw new RayshardException(ExitCode.AskedWrongly, $"a message to the worker has {length} bytes, more than the {WorkerMessage.MaxBytes} that the protocol allows: pass large values by a file of the scene");
        }

        Span<byte> head = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(head, length);
        SendAll(head);
        SendAll(message.WrittenSpan[4..]);
    }

    /// <summary>Reads what there is, or waits for it. Whether there may be more: not where the Worker is gone.</summary>
    public bool Read()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
        {
            // Doubled, not to the announced length: memory is paid for bytes that came, not for a number.
            Array.Resize(ref _buffer, 2 * _buffer.Length);
        }

        try
        {
            var read = _socket!.Receive(_buffer.AsSpan(_end), SocketFlags.None);
            _end += read;
            return read > 0;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>The next message that was read whole, or <c>null</c>.</summary>
    /// <exception cref="FormatException">What came is no message.</exception>
    public WorkerMessage? Take()
    {
        if (_end - _start < 4)
        {
            return null;
        }

        var length = BinaryPrimitives.ReadUInt32LittleEndian(_buffer.AsSpan(_start));
        if (length is 0 or > WorkerMessage.MaxBytes)
        {
            throw new FormatException($"the worker announced a message of {length} bytes; at most {WorkerMessage.MaxBytes} are allowed");
        }

        if (_end - _start - 4 < length)
        {
            return null;
        }

        var message = _buffer.AsMemory(_start + 4, (int)length);
        _start += 4 + (int)length;
        return WorkerMessage.Parse(message);
    }

    /// <summary>Ends the talk: whoever reads gets what has come, and then nothing.</summary>
    public void Shut()
    {
        try
        {
            _socket?.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Ended already.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener.Dispose();
        _socket?.Dispose();
    }

    private void SendAll(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[_socket!.Send(bytes, SocketFlags.None)..];
        }
    }
}
