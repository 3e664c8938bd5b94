using System.Diagnostics;
using System.Globalization;
using System.Text;
using Rayshard.Build.Tests.Host;

namespace Rayshard.Build.Tests.Doubles;

/// <summary>A run of the genuine Cake, in a process group of its own, so that signals reach it as from a terminal.</summary>
internal sealed class CakeRun : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();

    private CakeRun(IEnumerable<string> arguments)
    {
        // What a shell starts with & ignores Ctrl-C, and so would all that it starts: the tests may run so, this run must not.
        _process = Process.Start(new ProcessStartInfo("env", ["--default-signal=INT", "setsid", "dotnet", "cake", .. arguments])
        {
            WorkingDirectory = Repository.Path(),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["NO_COLOR"] = "1", ["COLUMNS"] = "120" },
        })!;
        _process.OutputDataReceived += (_, e) => Add(_output, e.Data);
        _process.ErrorDataReceived += (_, e) => Add(_errors, e.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Output => Text(_output);

    public string Errors => Text(_errors);

    /// <summary>Runs the repository's own tasks, as they were built last.</summary>
    public static CakeRun OfRepository(params string[] arguments) => new(["--nobuild", .. arguments]);

    /// <summary>Runs a task of <see cref="EndingTasks"/>.</summary>
    public static CakeRun OfDouble(string target) => new([
        Repository.Path("tests", "Rayshard.Build.Tests", "Doubles", "endings.cake"), $"--target={target}", $"--rayshard_double={typeof(EndingTasks).Assembly.Location}",
        "--settings_enablescriptcache=true", $"--paths_cache={Repository.Path("artifacts", "cake-7.0.0")}", "--settings_noreport=true", "--settings_verbosity=minimal"]);

    public async Task<int> EndAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    public async Task SaysAsync(string text)
    {
        for (var wait = Stopwatch.StartNew(); !Output.Contains(text, StringComparison.Ordinal) && !_process.HasExited;)
        {
            Assert.True(wait.Elapsed < TimeSpan.FromMinutes(2), $"It did not say '{text}' but: {Output}{Errors}");
            await Task.Delay(20);
        }
    }

    public void Signal(string name)
    {
        // The shell's own: a small Debian has no program of that name.
        using var kill = Process.Start("sh", ["-c", string.Create(CultureInfo.InvariantCulture, $"kill -s {name} -- -{_process.Id}")]);
        kill.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Signal("KILL");
        }

        _process.Dispose();
    }

    private static string Text(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }

    private static void Add(StringBuilder text, string? line)
    {
        lock (text)
        {
            text.Append(line is null ? "" : line + "\n");
        }
    }
}
