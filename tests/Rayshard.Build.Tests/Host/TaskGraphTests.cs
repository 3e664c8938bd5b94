using System.Reflection;
using Cake.Frosting;

namespace Rayshard.Build.Tests.Host;

/// <summary>The tasks by reflection, as the host finds them.</summary>
public sealed class TaskGraphTests
{
    private static readonly List<Type> s_tasks =
        [.. typeof(Program).Assembly.GetExportedTypes().Where(type => type is { IsClass: true, IsAbstract: false } && typeof(IFrostingTask).IsAssignableFrom(type))];

    [Fact]
    public Task Tasks_and_what_they_need() => Verifier.Verify(s_tasks.ToDictionary(CakeHost.NameOf, type => new
    {
        type.GetCustomAttribute<TaskDescriptionAttribute>()!.Description,
        After = type.GetCustomAttributes<IsDependentOnAttribute>().Select(dependency => CakeHost.NameOf(dependency.Task)).ToArray(),
    }));

    [Fact]
    public void A_task_is_a_class_of_its_name_and_holds_nothing()
    {
        Assert.All(s_tasks, task =>
        {
            Assert.Equal(task.Name, CakeHost.NameOf(task) + "Task");
            Assert.Empty(task.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public));
        });
    }

    [Fact]
    public void The_context_has_at_most_8_members() =>
        Assert.InRange(typeof(KitContext).GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Length, 1, 8);

    [Fact]
    public void The_script_that_loads_it_all_stays_small() =>
        Assert.InRange(File.ReadLines(Repository.Path("build.cake")).Count(), 20, 50);
}
