using System.Buffers.Binary;
using Rayshard.Storage;

namespace Rayshard.Reporting;

/// <summary>What a page has of every frame, as bytes: the README of this folder says which. The report embeds them, the live page fetches them.</summary>
internal static class FramePacket
{
    /// <summary>Reads a frame whole, each blob checked against its SHA-256, and makes its packet.</summary>
    /// <param name="plan">The page.</param>
    /// <param name="place">The frame's place in the page.</param>
    /// <param name="frame">The frame.</param>
    /// <param name="blob">Given each blob in turn; the buffer is used again.</param>
    /// <exception cref="DamagedShardException">A blob is not what its address says.</exception>
    public static byte[] Of(PagePlan plan, int place, StoredFrame frame, Action<int, ReadOnlySpan<byte>>? blob = null)
    {
        var packet = new byte[plan.PacketBytes];
        BinaryPrimitives.WriteInt32LittleEndian(packet, place);
        frame.Record.Address.Bytes.CopyTo(packet.AsSpan(4));
        var statistics = packet.AsSpan(PagePlan.PacketHead);
        var thumbnails = statistics[(ChannelStatistics.Bytes * plan.Passes.Sum(pass => pass.Channels.Count))..];
        for (var i = 0; i < plan.Passes.Count; i++)
        {
            var (pass, recorded) = (plan.Passes[i], frame.Record.Passes[i]);
            var bytes = new byte[frame.BlobBytes(i)];
            frame.ReadBlob(i, bytes);
            blob?.Invoke(i, bytes);
            var pixels = Npy.Pixels(bytes);
            for (var channel = 0; channel < pass.Channels.Count; channel++)
            {
                ChannelStatistics.Of(pixels, pass.Channels.Count, channel, pass.Kind).Write(statistics);
                statistics = statistics[ChannelStatistics.Bytes..];
            }

            if (pass.ThumbnailBytes > 0)
            {
                var side = Math.Max(pass.Thumbnail.Width, pass.Thumbnail.Height);
                foreach (var value in Reduced.Of(pixels, (recorded.Width, recorded.Height, pass.Channels.Count), pass.Kind, side).Pixels)
                {
                    BinaryPrimitives.WriteHalfLittleEndian(thumbnails, (Half)value);
                    thumbnails = thumbnails[2..];
                }
            }
        }

        return packet;
    }
}
