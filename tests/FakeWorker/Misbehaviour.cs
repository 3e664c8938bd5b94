using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;

namespace FakeWorker;

/// <summary>What can go wrong with a Blender, on command.</summary>
internal static partial class Misbehaviour
{
    private static readonly List<byte[]> s_hoard = [];

    /// <summary>Fails to start; gives the exit code, or <c>null</c> to go on.</summary>
    public static int? AtStart(string start)
    {
        switch (Now(start))
        {
            case "exit":
                Console.Error.WriteLine("fake worker: can't open display");
                return 9;
            case "hang":
                Thread.Sleep(Timeout.Infinite);
                break;
            case "slow":
                Thread.Sleep(1000);
                break;
        }

        return null;
    }

    /// <summary>What to do this time: <c>once:FILE:WHAT</c> does WHAT only where FILE is not there yet.</summary>
    public static string Now(string behave)
    {
        if (!behave.StartsWith("once:", StringComparison.Ordinal))
        {
            return behave;
        }

        var parts = behave.Split(':', 3);
        try
        {
            using var first = new FileStream(parts[1], FileMode.CreateNew);
            return parts[2];
        }
        catch (IOException)
        {
            return "ok";
        }
    }

    /// <summary>The seconds that a frame is said to have taken: <c>says:SECONDS</c>.</summary>
    public static double? Said(string behave) =>
        behave.StartsWith("says:", StringComparison.Ordinal) ? double.Parse(behave[5..], System.Globalization.CultureInfo.InvariantCulture) : null;

    /// <summary>Misbehaves before a frame is rendered. Whether that was all.</summary>
    public static bool Before(string behave, Wire wire, JsonObject message)
    {
        var (what, argument) = behave.IndexOf(':') is var colon and >= 0 ? (behave[..colon], behave[(colon + 1)..]) : (behave, "");
        switch (what)
        {
            case "sleep":
                Thread.Sleep(int.Parse(argument));
                return false;
            case "print":
                Console.Out.Write(new string('x', int.Parse(argument)) + "\n");
                Console.Out.Flush();
                return false;
            case "memory":
                s_hoard.Add(GC.AllocateArray<byte>(int.Parse(argument) << 20));
                Array.Fill(s_hoard[^1], (byte)1);
                Thread.Sleep(Timeout.Infinite);
                return true;
            case "exit":
                Console.Error.WriteLine("last words");
                Environment.Exit(int.Parse(argument));
                return true;
            case "signal":
                Signal(int.Parse(argument), 0);
                _ = Kill(Environment.ProcessId, int.Parse(argument));
                Thread.Sleep(Timeout.Infinite);
                return true;
            case "hang":
                Thread.Sleep(Timeout.Infinite);
                return true;
            case "close":
                wire.Dispose();
                Thread.Sleep(Timeout.Infinite);
                return true;
            case "garbage":
                wire.SendRaw(Encoding.UTF8.GetBytes("{\"type\": \"frame\", what?"));
                return true;
            case "oversized":
                wire.SendRaw(int.MaxValue, []);
                return true;
            case "failed":
                wire.Send(new() { ["type"] = "failed", ["sequence"] = (long)message["sequence"]!, ["kind"] = argument, ["reason"] = "told to fail", ["detail"] = "Traceback (most recent call last):\n  told" });
                return true;
            default:
                return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);

    // The default action: .NET's own handler would swallow a SIGSEGV that was sent.
    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint Signal(int signal, nint action);
}
