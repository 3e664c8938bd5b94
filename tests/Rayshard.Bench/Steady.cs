using System.Diagnostics;
using System.Globalization;
using Rayshard.Execution;

namespace Rayshard.Bench;

/// <summary>The clocks of the kit's frames: from one that is told to be stored to another. CPU is this process's, and that of the Blenders below it.</summary>
internal sealed class Steady(int from, int to) : IProgress<RenderProgress>
{
    private const double TicksPerSecond = 100;

    private readonly double _before = ResetPeak();
    private (long At, TimeSpan Host, double Blender) _begun, _done;

    public double Seconds => Stopwatch.GetElapsedTime(_begun.At, _done.At).TotalSeconds;

    public double HostSeconds => (_done.Host - _begun.Host).TotalSeconds;

    public double BlenderSeconds => _done.Blender - _begun.Blender;

    /// <summary>Of the Blenders, and what this process took in addition, in 10^6 bytes.</summary>
    public double PeakMegabytes { get; private set; }

    public void Report(RenderProgress value)
    {
        if (value.Rendered >= from && _begun.At == 0)
        {
            _begun = Now();
        }
        else if (value.Rendered >= to && _done.At == 0)
        {
            _done = Now();
            PeakMegabytes = Memory("self", "VmHWM") - _before + Blenders().Sum(blender => Memory(Text(blender.Id), "VmHWM"));
        }
    }

    /// <summary>From here on this process's peak memory is counted anew; what it has now, in 10^6 bytes.</summary>
    public static double ResetPeak()
    {
        File.WriteAllText("/proc/self/clear_refs", "5");
        return Memory("self", "VmRSS");
    }

    private static (long At, TimeSpan Host, double Blender) Now() => (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime, Blenders().Sum(blender => blender.CpuSeconds));

    // Those below this process. /proc/PID/stat behind the name: parent's pid is field 2, user and system time are 12 and 13.
    private static List<(int Id, double CpuSeconds)> Blenders()
    {
        var ours = new List<(int, double)>();
        foreach (var process in Process.GetProcessesByName("blender"))
        {
            using (process)
            {
                try
                {
                    var fields = File.ReadAllText($"/proc/{process.Id}/stat").Split(") ")[1].Split(' ');
                    if (fields[1] == Text(Environment.ProcessId))
                    {
                        ours.Add((process.Id, (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond));
                    }
                }
                catch (IOException)
                {
                    // Ended.
                }
            }
        }

        return ours;
    }

    private static double Memory(string process, string field) =>
        long.Parse(File.ReadLines($"/proc/{process}/status").Single(line => line.StartsWith(field, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1.024e-3;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
