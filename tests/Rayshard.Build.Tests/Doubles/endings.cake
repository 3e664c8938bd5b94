// Loads the test assembly as build.cake loads build/, with tasks that fail or wait on command.
using System.Reflection;
using System.Runtime.Loader;

var assembly = Argument<string>("rayshard_double");
new DoubleAssemblies(assembly).LoadFromAssemblyPath(assembly)
    .GetType("Rayshard.Build.Tests.Doubles.EndingTasks", throwOnError: true).GetMethod("Register")
    .CreateDelegate<Action<ICakeContext>>()(Context);

RunTargets(Arguments<string>("target"));

sealed class DoubleAssemblies(string path) : AssemblyLoadContext("double")
{
    readonly AssemblyDependencyResolver resolver = new(path);

    // The tests have Cake's assemblies beside them; here they must be those of the Cake that runs.
    protected override Assembly Load(AssemblyName name) =>
        !name.Name.StartsWith("Cake.") && resolver.ResolveAssemblyToPath(name) is { } file ? LoadFromAssemblyPath(file) : null;
}
