using System.Buffers.Binary;
using System.Net.Sockets;
using Newtonsoft.Json.Linq;

namespace Rayshard.Blender;

/// <summary>The host's end of a Worker's socket: whole messages in, whole messages out.</summary>
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

    /// <summary>Waits for the Worker to connect. Gives its process as this machine numbers it, whatever it calls itself in a sandbox; 0 where the kernel does not tell.</summary>
    public async Task<int> AcceptAsync(CancellationToken cancellation)
    {
        _socket = await _listener.AcceptAsync(cancellation).ConfigureAwait(false);
        _listener.Dispose();
        return Native.PeerOf(_socket);
    }

    /// <summary>Sends a message.</summary>
    /// <exception cref="SocketException">The Worker is gone.</exception>
    public async ValueTask SendAsync(JObject message)
    {
        var body = CanonicalJson.Bytes(message);
        if (body.Length > WorkerMessage.MaxBytes)
        {
            throw new RayshardException(ExitCode.AskedWrongly, $"a message to the worker has {body.Length} bytes, more than the {WorkerMessage.MaxBytes} that the protocol allows: pass large values by a file of the scene");
        }

        var bytes = new byte[4 + body.Length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, body.Length);
        body.CopyTo(bytes, 4);
        for (var sent = 0; sent < bytes.Length;)
        {
            sent += await _socket!.SendAsync(bytes.AsMemory(sent), SocketFlags.None).ConfigureAwait(false);
        }
    }

    /// <summary>The next message, or <c>null</c> when the Worker is gone.</summary>
    /// <exception cref="FormatException">What came is no message.</exception>
    public async ValueTask<WorkerMessage?> ReceiveAsync()
    {
        if (!await FillAsync(4).ConfigureAwait(false))
        {
            return null;
        }

        var length = BinaryPrimitives.ReadUInt32LittleEndian(_buffer.AsSpan(_start));
        if (length is 0 or > WorkerMessage.MaxBytes)
        {
            throw new FormatException($"the worker announced a message of {length} bytes; at most {WorkerMessage.MaxBytes} are allowed");
        }

        if (!await FillAsync(4 + (int)length).ConfigureAwait(false))
        {
            return null;
        }

        var message = _buffer.AsMemory(_start + 4, (int)length);
        _start += 4 + (int)length;
        return WorkerMessage.Parse(message);
    }

    /// <summary>Ends the talk: a waiting <see cref="ReceiveAsync"/> gets what has come and then <c>null</c>.</summary>
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

    // Whether so many unread bytes are in the buffer; false at the end of the stream.
    private async ValueTask<bool> FillAsync(int count)
    {
        while (_end - _start < count)
        {
            if (_start > 0)
            {
                _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
                (_start, _end) = (0, _end - _start);
            }

            if (_buffer.Length < count)
            {
                // Doubled, not to the announced length: memory is paid for bytes that came, not for a number.
                Array.Resize(ref _buffer, Math.Min(count, Math.Max(2 * _buffer.Length, 4096)));
            }

            try
            {
                var read = await _socket!.ReceiveAsync(_buffer.AsMemory(_end), SocketFlags.None).ConfigureAwait(false);
                if (read == 0)
                {
                    return false;
                }

                _end += read;
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return false;
            }
        }

        return true;
    }
}
