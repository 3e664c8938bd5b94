using System.Threading.Channels;

namespace Rayshard.Blender;

/// <summary>A flag that one waiter waits for: setting it twice before the wait wakes once.</summary>
internal sealed class Signal
{
    private readonly Channel<bool> _flag = Channel.CreateBounded<bool>(new BoundedChannelOptions(1)
    {
        FullMode = BoundedChannelFullMode.DropWrite,
        SingleReader = true,
    });

    public void Set() => _flag.Writer.TryWrite(true);

    public ValueTask<bool> WaitAsync() => _flag.Reader.ReadAsync();
}
