using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Rayshard.Blender;

/// <summary>A program to start.</summary>
/// <param name="Executable">Path of the program.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="Environment">Its whole environment: nothing is inherited.</param>
/// <param name="Folder">Its working folder.</param>
/// <param name="Log">The file that its output is appended to.</param>
internal sealed record Launch(
    string Executable, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment, string Folder, string Log)
{
    /// <summary>
    /// Whether it stands for something that no signal reaches, and ends that and itself when its standard input is closed. Every other program
    /// reads nothing.
    /// </summary>
    public bool EndsWithInput { get; init; }
}

/// <summary>A started program in a session and process group of its own: a Ctrl-C in the terminal does not reach it, and it ends with the host whatever happens.</summary>
internal sealed class ProcessGroup : IDisposable
{
    // The host's pid is compared because a host that died before PDEATHSIG was set would leave an orphan. No core files: a
    // million frames with a bad one would fill the disk. 3 is what Xvfb writes its number to.
    private const string Script = """
        [ "$PPID" = "$1" ] || exit 71
        log=$2 input=$3; shift 3; ulimit -c 0
        exec "$@" 3>&1 <"$input" >>"$log" 2>&1
        """;

    private static readonly BlockingCollection<Action> s_starts = StartThread();

    // A container is gone after some tenths of a second; past this its engine is stuck.
    private static readonly TimeSpan s_endPatience = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly bool _endsWithInput;

    private ProcessGroup(Process process, bool endsWithInput)
    {
        _process = process;
        _endsWithInput = endsWithInput;
        Pid = process.Id;
        Exited = WaitAsync();
    }

    /// <summary>Process, session and group: one number.</summary>
    public int Pid { get; }

    /// <summary>Done when the program has ended and the rest of its group is killed: the exit code, or 128 + the signal.</summary>
    public Task<int> Exited { get; }

    /// <summary>Starts a program.</summary>
    public static Task<ProcessGroup> StartAsync(Launch launch)
    {
        var done = new TaskCompletionSource<ProcessGroup>(TaskCreationOptions.RunContinuationsAsynchronously);
        s_starts.Add(() =>
        {
            try
            {
                done.SetResult(new(Process.Start(Info(launch))!, launch.EndsWithInput));
            }
            catch (Exception e)
            {
                done.SetException(new RayshardException(ExitCode.MachineLacks, $"'{launch.Executable}' can't be started: {e.Message}", e));
            }
        });
        return done.Task;
    }

    /// <summary>The next line that the program writes to its descriptor 3, or <c>null</c> when it has none more.</summary>
    public async Task<string?> ReadLineAsync(CancellationToken cancellation) => await _process.StandardOutput.ReadLineAsync(cancellation).ConfigureAwait(false);

    /// <summary>Kills every process of the group, at once, also a stopped one; or closes the input of one that ends with it.</summary>
    public void Kill()
    {
        if (!_endsWithInput)
        {
            Signal(Native.SigKill);
        }
        else if (!Exited.IsCompleted)
        {
            _process.StandardInput.Close();
            _ = Task.Delay(s_endPatience).ContinueWith(_ => Signal(Native.SigKill), TaskScheduler.Default);
        }
    }

    /// <summary>Sends a signal to every process of the group.</summary>
    public void Signal(int signal)
    {
        // Not once it has ended: its number may be another's by then.
        if (!Exited.IsCompleted)
        {
            // Both: before setsid has run there is no such group yet.
            Native.Kill(-Pid, signal);
            Native.Kill(Pid, signal);
        }
    }

    /// <summary>Memory in use by a process of the group, in bytes; 0 when it has ended. In a sandbox the program is not the group's first.</summary>
    public long ResidentBytes(int pid)
    {
        pid = pid > 0 ? pid : Pid;
        try
        {
            var pages = File.ReadAllText($"/proc/{pid}/statm").Split(' ')[1];
            return long.Parse(pages, CultureInfo.InvariantCulture) * Environment.SystemPageSize;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>Lets go of its pipes. It has ended.</summary>
    public void Dispose() => _process.Dispose();

    private async Task<int> WaitAsync()
    {
        await _process.WaitForExitAsync().ConfigureAwait(false);
        Native.Kill(-Pid, Native.SigKill);
        return _process.ExitCode;
    }

    private static ProcessStartInfo Info(Launch launch)
    {
        var info = new ProcessStartInfo("/usr/bin/setpriv")
        {
            WorkingDirectory = launch.Folder,

            // All three, or .NET takes the child for one that uses the terminal and changes the terminal's settings.
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] arguments = ["--pdeathsig", "KILL", "--", "/usr/bin/setsid", "--", "/bin/sh", "-c", Script, "launch",
            Environment.ProcessId.ToString(CultureInfo.InvariantCulture), launch.Log, launch.EndsWithInput ? "/dev/stdin" : "/dev/null", launch.Executable, .. launch.Arguments];
        foreach (var argument in arguments)
        {
            info.ArgumentList.Add(argument);
        }

        info.Environment.Clear();
        foreach (var (name, value) in launch.Environment)
        {
            info.Environment[name] = value;
        }

        return info;
    }

    // PDEATHSIG fires when the *thread* that forked ends (prctl(2)), so all are forked by one that lives as long as the process.
    private static BlockingCollection<Action> StartThread()
    {
        var starts = new BlockingCollection<Action>();
        new Thread(() =>
        {
            foreach (var start in starts.GetConsumingEnumerable())
            {
                start();
            }
        })
        { IsBackground = true, Name = "Rayshard process starts" }.Start();
        return starts;
    }
}
