namespace Rayshard.Blender.Tests;

public sealed class ToolchainTests
{
    private static readonly ToolchainPin s_pin = BlenderFacts.Toolchains["debian-12"];

    [Theory]
    [InlineData(CpuKernel.Avx2, "sse2 sse4_2 avx avx2", "avx2+embree-avx2")]
    [InlineData(CpuKernel.Native, "sse2 sse4_2 avx avx2 avx512f avx512dq avx512cd avx512bw avx512vl", "avx2+embree-avx512")]
    [InlineData(CpuKernel.Native, "sse2 sse4_2 avx avx2 avx512f avx512dq avx512cd avx512bw", "avx2+embree-avx2")]
    [InlineData(CpuKernel.Sse, "sse2 sse4_2 avx avx2", "sse+embree-avx2")]
    [InlineData(CpuKernel.Native, "sse2 sse4_2 avx", "avx+embree-avx")]
    [InlineData(CpuKernel.Native, "sse2 sse4_2", "sse+embree-sse4.2")]
    [InlineData(CpuKernel.Sse, "sse2", "sse+embree-sse2")]
    public void The_class_of_a_CPU_is_kernel_and_Embrees_set(CpuKernel kernel, string flags, string expected) =>
        Assert.Equal(expected, CpuClass.Of(kernel, flags.Split(' ').ToHashSet()).ToString());

    [Fact]
    public void A_CPU_without_AVX2_is_refused_with_the_way_out()
    {
        var error = Assert.Throws<RayshardException>(() => CpuClass.Of(CpuKernel.Avx2, new HashSet<string> { "sse2", "avx" }));

        Assert.Equal(ExitCode.MachineLacks, error.ExitCode);
        Assert.Contains("cpuKernel to 'sse'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_sse_kernel_holds_Cycles_down_by_its_environment()
    {
        Assert.Equal(["CYCLES_CPU_NO_AVX", "CYCLES_CPU_NO_AVX2"], CpuClass.Of(CpuKernel.Sse).Environment.Keys.Order());
        Assert.Empty(new CpuClass("avx2", "avx2").Environment);
    }

    [Fact]
    public void Another_version_is_refused_with_both_versions_and_the_way_out()
    {
        var error = Assert.Throws<RayshardException>(() => AptPackage.Check(s_pin, "4.3.2+dfsg-2", true));

        Assert.Equal(ExitCode.MachineLacks, error.ExitCode);
        Assert.Contains("4.3.2+dfsg-2", error.Message, StringComparison.Ordinal);
        Assert.Contains($"apt-get install blender={s_pin.PackageVersion}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_package_or_Xvfb_is_one_line_to_type()
    {
        Assert.Contains("Type: sudo apt-get install", Assert.Throws<RayshardException>(() => AptPackage.Check(s_pin, null, true)).Message, StringComparison.Ordinal);
        Assert.Contains("Type: sudo apt-get install", Assert.Throws<RayshardException>(() => AptPackage.Check(s_pin, s_pin.PackageVersion, false)).Message, StringComparison.Ordinal);
    }
}
