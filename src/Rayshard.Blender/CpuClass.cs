namespace Rayshard.Blender;

/// <summary>
/// What of the CPU can move a bit of a frame: Cycles' kernel, and the instruction set that Embree takes by itself and that can't be held
/// from outside. Machines of one class give the same bits.
/// </summary>
/// <param name="Kernel">Cycles' kernel: <c>avx2</c>, <c>avx</c>, <c>sse</c>.</param>
/// <param name="Embree">Embree's instruction set: <c>avx512</c>, <c>avx2</c>, <c>avx</c>, <c>sse4.2</c>, <c>sse2</c>.</param>
public sealed record CpuClass(string Kernel, string Embree)
{
    private static readonly string[] s_avx512 = ["avx512f", "avx512dq", "avx512cd", "avx512bw", "avx512vl"];

    /// <summary>The class of this machine when it renders with a kernel; <see cref="CpuKernel.Native"/> is the best there is.</summary>
    /// <exception cref="RayshardException">The machine lacks what the kernel needs (<see cref="ExitCode.MachineLacks"/>).</exception>
    public static CpuClass Of(CpuKernel kernel) => Of(kernel, Flags());

    /// <summary>The class as text: <c>avx2+embree-avx512</c>.</summary>
    public override string ToString() => $"{Kernel}+embree-{Embree}";

    internal static CpuClass Of(CpuKernel kernel, IReadOnlySet<string> flags)
    {
        if (kernel == CpuKernel.Avx2 && !flags.Contains("avx2"))
        {
            throw new RayshardException(ExitCode.MachineLacks,
                "cpuKernel: the experiment pins Cycles' AVX2 kernel, but this machine's CPU has no AVX2 (flags in /proc/cpuinfo): render on another machine, or set cpuKernel to 'sse', which gives other bits");
        }

        var best = flags.Contains("avx2") ? "avx2" : flags.Contains("avx") ? "avx" : "sse";
        var embree = s_avx512.All(flags.Contains) ? "avx512" : best != "sse" ? best : flags.Contains("sse4_2") ? "sse4.2" : "sse2";
        return new(kernel == CpuKernel.Sse ? "sse" : best, embree);
    }

    /// <summary>What holds Cycles down to the kernel, for a Worker's environment.</summary>
    internal IReadOnlyDictionary<string, string> Environment =>
        Kernel == "sse" ? new Dictionary<string, string> { ["CYCLES_CPU_NO_AVX2"] = "1", ["CYCLES_CPU_NO_AVX"] = "1" } : new Dictionary<string, string>();

    private static HashSet<string> Flags() =>
        [.. File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("flags", StringComparison.Ordinal))?.Split(' ') ?? []];
}
