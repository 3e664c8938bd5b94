using System.Text;
using Rayshard.Storage;
using Xunit;

namespace Rayshard.Tests.Storage;

public class NpyTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(128, 128, 4)]
    [InlineData(16384, 16384, 4)]
    [InlineData(int.MaxValue, int.MaxValue, int.MaxValue)]
    public void A_header_is_read_back_as_its_shape(int height, int width, int channels)
    {
        var header = new byte[Npy.HeaderBytes];
        Npy.WriteHeader(header, height, width, channels);
        Assert.True(Npy.TryReadHeader(header, out var shape));
        Assert.Equal((height, width, channels), shape);
    }

    [Fact]
    public void Any_changed_byte_makes_it_no_header_or_that_of_another_shape()
    {
        var header = new byte[Npy.HeaderBytes];
        Npy.WriteHeader(header, 12, 34, 4);
        for (var i = 0; i < header.Length; i++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                header[i] ^= (byte)(1 << bit);
                Assert.False(Npy.TryReadHeader(header, out var shape) && shape == (12, 34, 4), $"byte {i}");
                header[i] ^= (byte)(1 << bit);
            }
        }
    }

    [Theory]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3, 4), }")]
    [InlineData("{'descr': '>f4', 'fortran_order': False, 'shape': (2, 3, 4), }")]
    [InlineData("{'descr': '|O', 'fortran_order': False, 'shape': (2, 3, 4), }")]
    [InlineData("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3, 4), }")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3, 4, 5), }")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (02, 3, 4), }")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (-2, 3, 4), }")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 3, 4), }")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 3, 4), }")]
    [InlineData("{'descr': '<f4', 'shape': (2, 3, 4), 'fortran_order': False, }")]
    [InlineData("")]
    public void What_NumPy_reads_but_we_never_write_is_refused(string dictionary)
    {
        foreach (byte version in new byte[] { 1, 2, 3 })
        {
            byte[] header = [0x93, .. "NUMPY"u8, version, 0, 118, 0, .. Encoding.ASCII.GetBytes(dictionary.PadRight(117)), (byte)'\n'];
            Assert.Equal(Npy.HeaderBytes, header.Length);
            Assert.False(Npy.TryReadHeader(header, out _));
        }
    }

    [Fact]
    public void A_short_blob_is_refused_whatever_its_length()
    {
        var header = new byte[Npy.HeaderBytes];
        Npy.WriteHeader(header, 1, 1, 1);
        for (var length = 0; length < header.Length; length++)
        {
            Assert.False(Npy.TryReadHeader(header.AsSpan(0, length), out _));
        }

        Assert.Throws<FormatException>(() => Npy.Pixels(header));
    }
}
