using System.ComponentModel;
using System.Diagnostics;

namespace Rayshard.Blender;

/// <summary>What a short-lived program of the machine said.</summary>
/// <param name="Code">Its exit code; 127 where there is no such program.</param>
/// <param name="Output">Its standard output, trimmed.</param>
/// <param name="Error">Its standard error, on one line.</param>
internal sealed record Tool(int Code, string Output, string Error)
{
    /// <summary>Runs a program to its end.</summary>
    /// <param name="command">Program and arguments.</param>
    /// <param name="cancellation">Kills it.</param>
    /// <param name="read">Reads its standard output in place of <see cref="Output"/>, which is empty then.</param>
    public static async Task<Tool> RunAsync(IReadOnlyList<string> command, CancellationToken cancellation, Func<Stream, Task>? read = null)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            await using var killed = cancellation.Register(process.Kill).ConfigureAwait(false);
            var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
            var output = "";
            if (read is null)
            {
                output = await process.StandardOutput.ReadToEndAsync(CancellationToken.None).ConfigureAwait(false);
            }
            else
            {
                await read(process.StandardOutput.BaseStream).ConfigureAwait(false);
            }

            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
            return new(process.ExitCode, output.Trim(), (await error.ConfigureAwait(false)).Trim().ReplaceLineEndings(" "));
        }
        catch (Win32Exception)
        {
            return new(127, "", "");
        }
    }
}
