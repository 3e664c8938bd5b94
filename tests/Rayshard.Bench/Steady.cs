using System.Diagnostics;
using System.Globalization;
using Rayshard.Execution;

namespace Rayshard.Bench;

/// <summary>The clocks of the kit's frames: from one that is told to be stored to another. CPU is this process's, and that of the Blenders below it.</summary>
internal sealed class Steady(int from, int to) : IProgress<RenderProgress>
{
    private const double TicksPerSecond = 100;

    private (long At, TimeSpan Host, double Blender) _begun, _done;

    public double Seconds => Stopwatch.GetElapsedTime(_begun.At, _done.At).TotalSeconds;

    public double HostSeconds => (_done.Host - _begun.Host).TotalSeconds;

    public double BlenderSeconds => _done.Blender - _begun.Blender;

    public void Report(RenderProgress value)
    {
        if (value.Rendered >= from && _begun.At == 0)
        {
            _begun = Now();
        }
        else if (value.Rendered >= to && _done.At == 0)
        {
            _done = Now();
        }
    }

    private static (long At, TimeSpan Host, double Blender) Now() => (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime, Blenders());

    // /proc/PID/stat behind the name: parent's pid is field 2, user and system time are 12 and 13.
    private static double Blenders()
    {
        var seconds = 0.0;
        foreach (var process in Process.GetProcessesByName("blender"))
        {
            using (process)
            {
                try
                {
                    var fields = File.ReadAllText($"/proc/{process.Id}/stat").Split(") ")[1].Split(' ');
                    seconds += fields[1] == Environment.ProcessId.ToString(CultureInfo.InvariantCulture)
                        ? (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond
                        : 0;
                }
                catch (IOException)
                {
                    // Ended.
                }
            }
        }

        return seconds;
    }
}
