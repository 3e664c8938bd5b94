using System.Diagnostics;

namespace Rayshard.Blender;

/// <summary>Finds and installs a toolchain that comes as a package of the distribution.</summary>
internal sealed class AptPackage : IProvider
{
    /// <inheritdoc/>
    public async Task<Installation> ProvisionAsync(ToolchainPin pin, ToolchainOptions options, CancellationToken now)
    {
        if (!OperatingSystem.IsLinux() || !File.Exists("/usr/bin/dpkg-query"))
        {
            throw Lacks($"toolchain '{pin.Id}' is a package of {pin.Release}, and this machine has no dpkg: render on {pin.Release}, or in a container of it");
        }

        var installed = await VersionAsync(pin.Package, now).ConfigureAwait(false);
        if ((installed is null || !File.Exists(Display.Executable)) && options.MayInstall)
        {
            await InstallAsync(options, now).ConfigureAwait(false);
            installed = await VersionAsync(pin.Package, now).ConfigureAwait(false);
        }

        Check(pin, installed, File.Exists(Display.Executable));
        var files = await Tool.RunAsync(["dpkg-query", "-L", pin.Package], now).ConfigureAwait(false);
        var executable = files.Output.Split('\n').FirstOrDefault(file => file.EndsWith("/bin/" + pin.Package, StringComparison.Ordinal) && File.Exists(file));
        return executable is not null ? Installation.OnMachine(executable)
            : throw Lacks($"package '{pin.Package}' {installed} is installed but its executable is gone: sudo apt-get install --reinstall {pin.Package}");
    }

    /// <inheritdoc/>
    public async Task<bool> IsHereAsync(ToolchainPin pin, ToolchainOptions options, CancellationToken now) => await VersionAsync(pin.Package, now).ConfigureAwait(false) == pin.PackageVersion;

    internal static void Check(ToolchainPin pin, string? installed, bool hasXvfb)
    {
        if (installed is null)
        {
            throw Lacks($"toolchain '{pin.Id}' is not installed. Type: sudo apt-get install -y --no-install-recommends {pin.Package}={pin.PackageVersion} xvfb python3-numpy");
        }

        if (installed != pin.PackageVersion)
        {
            throw Lacks($"toolchain '{pin.Id}' is pinned to {pin.Package} {pin.PackageVersion} ({pin.Release}), but {installed} is installed here, which gives other bits: "
                + $"type sudo apt-get install {pin.Package}={pin.PackageVersion}, render in a container of {pin.Release}, or pin {installed} as a toolchain of its own in blender/toolchains.json");
        }

        if (!hasXvfb)
        {
            throw Lacks("the viewer capture needs Xvfb. Type: sudo apt-get install -y --no-install-recommends xvfb");
        }
    }

    /// <summary>Version of an installed package, or <c>null</c>.</summary>
    private static async Task<string?> VersionAsync(string package, CancellationToken cancellation)
    {
        var answer = await Tool.RunAsync(["dpkg-query", "-W", "-f=${db:Status-Abbrev} ${Version}", package], cancellation).ConfigureAwait(false);
        return answer.Code == 0 && answer.Output.StartsWith("ii", StringComparison.Ordinal) ? answer.Output.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^1] : null;
    }

    private static async Task InstallAsync(ToolchainOptions options, CancellationToken cancellation)
    {
        var script = Path.GetFullPath(Path.Combine(options.BlenderFolder, "install.sh"));
        string[] sudo = Native.EffectiveUser() == 0 ? [] : ["sudo", "-n"];
        if (!File.Exists(script) || (sudo.Length > 0 && (await Tool.RunAsync(["sudo", "-n", "true"], cancellation).ConfigureAwait(false)).Code != 0))
        {
            return;
        }

        // Its talk goes to our standard error: standard output may be a stream of JSON.
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" >&2", "install", .. sudo, "/bin/sh", script]))!;
        await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
        if (process.ExitCode != 0)
        {
            throw Lacks($"'{script}' ended with exit code {process.ExitCode}: see what it wrote above");
        }
    }

    private static RayshardException Lacks(string message) => new(ExitCode.MachineLacks, message);
}
