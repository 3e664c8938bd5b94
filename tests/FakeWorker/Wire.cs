using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace FakeWorker;

/// <summary>The protocol's messages, written a second time, from its description.</summary>
internal sealed class Wire : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    public Wire(string path) => _socket.Connect(new UnixDomainSocketEndPoint(path));

    public void Send(JsonObject message) => SendRaw(Encoding.UTF8.GetBytes(message.ToJsonString()));

    public void SendRaw(byte[] body) => SendRaw(body.Length, body);

    public void SendRaw(int length, byte[] body)
    {
        var bytes = new byte[4 + body.Length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, length);
        body.CopyTo(bytes, 4);
        _socket.Send(bytes);
    }

    public JsonObject? Receive()
    {
        var head = Exactly(4);
        var body = head is null ? null : Exactly(BinaryPrimitives.ReadInt32LittleEndian(head));
        return body is null ? null : JsonNode.Parse(body)!.AsObject();
    }

    public void Dispose() => _socket.Dispose();

    private byte[]? Exactly(int count)
    {
        var bytes = new byte[count];
        for (var read = 0; read < count;)
        {
            var got = _socket.Receive(bytes, read, count - read, SocketFlags.None);
            if (got == 0)
            {
                return null;
            }

            read += got;
        }

        return bytes;
    }
}
