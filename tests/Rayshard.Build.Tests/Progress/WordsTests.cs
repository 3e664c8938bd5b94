using Rayshard.Build.Progress;

namespace Rayshard.Build.Tests.Progress;

public sealed class WordsTests
{
    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(70_364_160, "67.1 MiB")]
    [InlineData(long.MaxValue, "8192 PiB")]
    public void Bytes_have_a_binary_unit(long bytes, string words) => Assert.Equal(words, Words.Bytes(bytes));

    [Theory]
    [InlineData(42, "0:42")]
    [InlineData(3723, "1:02:03")]
    [InlineData(273_600, "3 d 04:00")]
    [InlineData(1e10, "115740 d 17:46")]
    public void A_time_is_as_exact_as_it_needs_to_be(double seconds, string words) => Assert.Equal(words, Words.Time(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void An_unknown_time_is_said_to_be_unknown() => Assert.Equal("-:--", Words.Time(null));
}
