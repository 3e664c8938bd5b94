using System.Diagnostics;

// Every test here starts Blenders: side by side they would fight for two cores and miss their deadlines.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace Rayshard.Execution.Tests;

/// <summary>Where things are, and the real kit on the real Blender. A machine without it skips, loudly; in CI it fails.</summary>
internal static class TestMachine
{
    private static readonly HashSet<int> s_displaysBefore = [.. Process.GetProcessesByName("Xvfb").Select(process => process.Id)];

    // Whoever takes over what our hosts leave behind is one of them; the displays of other hosts on this machine have other parents.
    private static readonly HashSet<int> s_parents = [.. Line(Environment.ProcessId)];

    public static string Root { get; } = FindRoot();

    public static string BlenderFolder => Path.Combine(Root, "blender");

    public static string StateFolder => Path.Combine(Root, "artifacts", "toolchains");

    public static Kit Kit { get; } = new(new() { BlenderFolder = BlenderFolder, StateFolder = StateFolder }, TimeProvider.System);

    /// <summary>Skips the test where this machine has no Blender, unless it is CI, where the test then fails by itself.</summary>
    public static void NeedsBlender() => Assert.SkipUnless(
        Environment.GetEnvironmentVariable("CI") is "true" or "1" || File.Exists("/usr/bin/blender"),
        "this machine has no Blender: run ./build.sh --target=Provision first");

    /// <summary>Skips the test where the CPU has one kernel only, so that there is nothing to tell apart.</summary>
    public static void NeedsAvx2() => Assert.SkipUnless(System.Runtime.Intrinsics.X86.Avx2.IsSupported, "this machine's CPU has no AVX2, so there is no other kernel to hold against");

    /// <summary>The Blenders that run this tree's worker.</summary>
    public static IReadOnlyList<Process> Blenders() => [.. Process.GetProcessesByName("blender")
        .Where(process => CommandLine(process.Id).Contains(BlenderFolder, StringComparison.Ordinal))];

    /// <summary>Blenders, and displays that were not there before, which a run left behind.</summary>
    public static IReadOnlyList<string> Orphans() => [.. Blenders()
        .Concat(Process.GetProcessesByName("Xvfb").Where(process => !s_displaysBefore.Contains(process.Id) && s_parents.Contains(Parent(process.Id))))
        .Select(process => $"{process.ProcessName} {process.Id}")];

    /// <summary>Waits until no Blender is left: the kernel takes a moment to end them.</summary>
    public static async Task NoOrphansAsync()
    {
        for (var i = 0; i < 100 && Orphans().Count > 0; i++)
        {
            await Task.Delay(50);
        }

        Assert.Empty(Orphans());
    }

    // A process and those above it.
    private static IEnumerable<int> Line(int process)
    {
        for (; process > 0; process = Parent(process))
        {
            yield return process;
        }
    }

    private static int Parent(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0; // Gone meanwhile.
        }
    }

    private static string CommandLine(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline");
        }
        catch (IOException)
        {
            return ""; // Gone meanwhile.
        }
    }

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "cake.config")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("no cake.config above the tests");
        }

        return folder;
    }
}
