using Rayshard.Blender;

namespace Rayshard.Tests.Execution;

/// <summary>What a difference of fingerprints is said to come from.</summary>
public sealed class FingerprintTests
{
    [Fact]
    public void Equal_facts_have_no_cause() => Assert.Empty(Of(("cpu.kernel", "avx2")).Causes(Of(("cpu.kernel", "avx2"))));

    [Fact]
    public void The_kernel_is_named_with_both_values() =>
        Assert.Equal(["Cycles' CPU kernel: sse here, avx2 in the store"], Of(("cpu.kernel", "sse")).Causes(Of(("cpu.kernel", "avx2"))));

    [Theory]
    [InlineData("libOpenImageDenoise.so.2", "another denoiser")]
    [InlineData("libembree3.so.3", "another Embree")]
    [InlineData("swrast_dri.so", "another graphics driver")]
    [InlineData("libLLVM-15.so.1", "another graphics driver")]
    [InlineData("libc.so.6", "another C library")]
    [InlineData("libsomething.so.1", "other libraries")]
    public void A_library_is_named_by_what_it_is_to_a_frame(string library, string kind) =>
        Assert.Equal([$"{kind}: {library}"], Of(("library." + library, "1")).Causes(Of(("library." + library, "2"))));

    [Fact]
    public void Unknown_libraries_come_last_and_are_not_all_listed()
    {
        var many = Enumerable.Range(0, 12).Select(i => ($"library.lib{i:00}.so", "1")).Append(("library.libembree3.so.3", "1")).ToArray();

        var causes = Of(many).Causes(Of()).ToList();

        Assert.Equal("another Embree: libembree3.so.3", causes[0]);
        Assert.EndsWith("lib07.so and 4 more", causes[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Before_a_render_only_what_is_known_is_held_against_the_store() =>
        Assert.Equal(["Embree's instruction set, which the CPU decides: avx512 here, avx2 in the store"],
            Of(("cpu.embree", "avx512")).CausesAsFarAsKnown(Of(("cpu.embree", "avx2"), ("numpy", "1.24"), ("library.libc.so.6", "1"))));

    private static Fingerprint Of(params (string Fact, string Value)[] facts) => new(facts.ToDictionary(fact => fact.Fact, fact => fact.Value));
}
