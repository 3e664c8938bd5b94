// Builds build/, loads it beside Cake and runs its tasks. Nothing else belongs here.
using System.Reflection;
using System.Runtime.Loader;

var project = MakeAbsolute(Directory("./build")).FullPath;
var assembly = $"{project}/bin/Release/net10.0/Build.dll";

if (!HasArgument("nobuild"))
{
    // No build servers: they would outlive us. Output is shown only when the build fails.
    var exit = StartProcess("dotnet", new ProcessSettings
    {
        Arguments = $"build \"{project}\" --configuration Release --nologo --verbosity quiet -nodeReuse:false -p:UseSharedCompilation=false -clp:NoSummary",
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    }, out var output, out var errors);
    if (exit != 0)
    {
        var lines = output.Concat(errors).Where(line => line.Length > 0).Distinct().ToList();
        Console.Error.WriteLine(string.Join("\n", lines));

        // RAY001 is a wrong experiment: asked wrongly. The rest is a failure.
        Environment.Exit(lines.Exists(line => line.Contains("error RAY001")) ? 2 : 1);
    }
}

new BuildAssemblies(assembly).LoadFromAssemblyPath(assembly)
    .GetType("Rayshard.Build.Program", throwOnError: true).GetMethod("Register")
    .CreateDelegate<Action<ICakeContext>>()(Context);

try { RunTargets(Arguments<string>("target", "Default")); }
catch (CakeReportException e) when (e.InnerException is CakeException cause) { throw cause; }

sealed class BuildAssemblies(string path) : AssemblyLoadContext("build")
{
    readonly AssemblyDependencyResolver resolver = new(path);
    protected override Assembly Load(AssemblyName name) =>
        resolver.ResolveAssemblyToPath(name) is { } file ? LoadFromAssemblyPath(file) : null;
    protected override IntPtr LoadUnmanagedDll(string name) =>
        resolver.ResolveUnmanagedDllToPath(name) is { } file ? LoadUnmanagedDllFromPath(file) : IntPtr.Zero;
}
