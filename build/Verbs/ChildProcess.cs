using System.Diagnostics;

namespace Rayshard.Build.Verbs;

/// <summary>A program that is run to its end.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Lines">What it wrote, both streams.</param>
public sealed record ChildProcess(int ExitCode, IReadOnlyList<string> Lines)
{
    /// <summary>Runs one; ends it with all its children when cancelled.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static async Task<ChildProcess> RunAsync(string program, IReadOnlyList<string> arguments, Action<string> say, CancellationToken cancellation)
    {
        using var process = new Process
        {
            StartInfo = new(program, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment = { ["MSBUILDDISABLENODEREUSE"] = "1", ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0" },
            },
        };
        var lines = new List<string>();
        void Hear(object sender, DataReceivedEventArgs e)
        {
            if (e.Data is { Length: > 0 } line)
            {
                lock (lines)
                {
                    lines.Add(line);
                    say(line);
                }
            }
        }

        process.OutputDataReceived += Hear;
        process.ErrorDataReceived += Hear;
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return new(process.ExitCode, lines);
    }
}
