using System.Globalization;

namespace Rayshard.Blender;

/// <summary>What the kernel says of memory.</summary>
internal static class Memory
{
    /// <summary>How many processes the kernel has killed for want of memory since it started; 0 where it does not say.</summary>
    public static long OomKills()
    {
        try
        {
            const string name = "oom_kill ";
            var line = File.ReadLines("/proc/vmstat").FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.AsSpan(name.Length), CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
