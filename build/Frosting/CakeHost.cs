using System.Reflection;
using Cake.Core;
using Cake.Core.Diagnostics;

namespace Cake.Frosting;

/// <summary>Registers the public task classes of an assembly on the Cake engine that runs the script.</summary>
public sealed class CakeHost(ICakeContext script)
{
    private readonly List<Assembly> _assemblies = [];
    private ICakeContext _context = script;

    /// <summary>The engine that runs the script.</summary>
    public ICakeEngine Engine { get; } = (ICakeEngine?)script.ServiceProvider.GetService(typeof(ICakeEngine))
        ?? throw new CakeException("Cake's container has no engine: the kit needs Cake.Tool 7.0.0.");

    /// <summary>Takes the tasks of this assembly.</summary>
    public CakeHost AddAssembly(Assembly assembly)
    {
        _assemblies.Add(assembly);
        return this;
    }

    /// <summary>The context that the tasks are given.</summary>
    public CakeHost UseContext(ICakeContext context)
    {
        _context = context;
        return this;
    }

    /// <summary>What runs before the first task and after the last one.</summary>
    public CakeHost UseLifetime<T>(FrostingLifetime<T> lifetime)
        where T : ICakeContext
    {
        Engine.RegisterSetupAction(info => lifetime.Setup((T)_context, info));
        Engine.RegisterTeardownAction(info => lifetime.Teardown((T)_context, info));
        return this;
    }

    /// <summary>Registers the tasks.</summary>
    public void Register()
    {
        var types = _assemblies.SelectMany(assembly => assembly.GetExportedTypes())
            .Where(type => type is { IsClass: true, IsAbstract: false } && typeof(IFrostingTask).IsAssignableFrom(type));
        foreach (var type in types)
        {
            if (ContextOf(type) is { } needs && !needs.IsInstanceOfType(_context))
            {
                _context.Log.Warning("Task '{0}' is left out: its context is {1}.", NameOf(type), needs.Name);
                continue;
            }

            Register(type, (IFrostingTask)Activator.CreateInstance(type)!);
        }
    }

    /// <summary>Name of a task.</summary>
    public static string NameOf(Type task) => task.GetCustomAttribute<TaskNameAttribute>()?.Name ?? task.Name;

    private void Register(Type type, IFrostingTask task)
    {
        var builder = Engine.RegisterTask(NameOf(type));
        if (type.GetCustomAttribute<TaskDescriptionAttribute>() is { } description)
        {
            builder.Description(description.Description);
        }

        // A task without a body is an aggregate: the engine reports it as delegated.
        if (Overrides(type, nameof(IFrostingTask.RunAsync)) || Overrides(type, nameof(FrostingTask.Run)))
        {
            builder.Does(_ => task.RunAsync(_context));
        }

        if (Overrides(type, nameof(IFrostingTask.ShouldRun)))
        {
            builder.WithCriteria(_ => task.ShouldRun(_context));
        }

        // An error handler that does nothing would swallow the error.
        if (Overrides(type, nameof(IFrostingTask.OnError)))
        {
            builder.OnError((exception, _) => task.OnError(exception, _context));
        }

        if (Overrides(type, nameof(IFrostingTask.Finally)))
        {
            builder.Finally(() => task.Finally(_context));
        }

        if (type.IsDefined(typeof(ContinueOnErrorAttribute)))
        {
            builder.ContinueOnError();
        }

        foreach (var dependency in type.GetCustomAttributes<IsDependentOnAttribute>())
        {
            builder.IsDependentOn(NameOf(dependency.Task));
        }

        foreach (var dependee in type.GetCustomAttributes<IsDependeeOfAttribute>())
        {
            builder.IsDependeeOf(NameOf(dependee.Task));
        }
    }

    private static Type? ContextOf(Type? type)
    {
        for (; type is not null; type = type.BaseType)
        {
            if (type.IsGenericType && type.GetGenericTypeDefinition() is var generic && (generic == typeof(FrostingTask<>) || generic == typeof(AsyncFrostingTask<>)))
            {
                return type.GetGenericArguments()[0];
            }
        }

        return null;
    }

    private static bool Overrides(Type type, string method) =>
        Array.Exists(type.GetMethods(), m => m.Name == method && m.IsVirtual && m.GetBaseDefinition().DeclaringType != m.DeclaringType);
}
