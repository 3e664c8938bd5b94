using System.Runtime.CompilerServices;
using DiffEngine;
using VerifyTests;

namespace VerifyXunit;

/// <summary>Compares what a test made with the snapshot beside it.</summary>
public static class Verifier
{
    /// <summary>Compares a target with its snapshot.</summary>
    /// <param name="target">A text, or anything that is written as JSON.</param>
    /// <param name="settings">Settings.</param>
    /// <param name="sourceFile">The test's file; leave it to the compiler.</param>
    /// <param name="method">The test; leave it to the compiler.</param>
    /// <exception cref="VerifyException">The snapshot is missing or differs.</exception>
    public static async Task Verify(object? target, VerifySettings? settings = null, [CallerFilePath] string sourceFile = "", [CallerMemberName] string method = "")
    {
        var snapshot = Snapshot.For(sourceFile, method, settings?.TextForParameters, target is string ? "txt" : "json");
        var received = SnapshotText.Of(target);
        var verified = snapshot.ReadVerified();
        if (received == verified)
        {
            File.Delete(snapshot.Received);
            return;
        }

        await File.WriteAllTextAsync(snapshot.Received, received).ConfigureAwait(false);

        // Only where there is something to compare with: DiffEngine would make an empty .verified. file of its own.
        if (verified is not null && HasDesktop)
        {
            await DiffRunner.LaunchAsync(snapshot.Received, snapshot.Verified).ConfigureAwait(false);
        }

        throw new VerifyException(verified is null
            ? $"There is no snapshot. Look at what came and, if it is right, accept it:\n  mv '{snapshot.Received}' '{snapshot.Verified}'\n{Difference.Show("", received)}"
            : $"The snapshot differs. If what came is right, accept it:\n  mv '{snapshot.Received}' '{snapshot.Verified}'\n{Difference.Show(verified, received)}");
    }

    private static bool HasDesktop => !DiffRunner.Disabled && (!OperatingSystem.IsLinux() || Has("DISPLAY") || Has("WAYLAND_DISPLAY"));

    private static bool Has(string variable) => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable));
}
