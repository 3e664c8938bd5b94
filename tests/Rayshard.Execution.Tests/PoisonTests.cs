namespace Rayshard.Execution.Tests;

/// <summary>A user's startup file, add-ons and environment can't change a bit.</summary>
public sealed class PoisonTests
{
    [Fact]
    public async Task A_poisoned_home_and_environment_change_nothing()
    {
        TestMachine.NeedsBlender();
        using var clean = new Workplace();
        using var poisoned = new Workplace();
        await clean.RenderAsync(clean.Experiment(6));
        var home = Directory.CreateDirectory(Path.Combine(poisoned.Folder, "home")).FullName;
        var canary = Path.Combine(poisoned.Folder, "canary");
        var script = $"open('{canary}', 'a').write('x')\n";
        foreach (var startup in new[] { ".config/blender/3.4/scripts/startup", "scripts/startup" })
        {
            Directory.CreateDirectory(Path.Combine(home, startup));
            File.WriteAllText(Path.Combine(home, startup, "poison.py"), script + "def register(): pass\n");
        }

        File.WriteAllText(Path.Combine(home, "sitecustomize.py"), script);
        File.WriteAllText(Path.Combine(home, "numpy.py"), script + "raise ImportError('poisoned')\n");
        var variables = new Dictionary<string, string>
        {
            ["HOME"] = home, ["XDG_CONFIG_HOME"] = Path.Combine(home, ".config"), ["PYTHONPATH"] = home, ["PYTHONSTARTUP"] = Path.Combine(home, "sitecustomize.py"),
            ["BLENDER_USER_SCRIPTS"] = Path.Combine(home, "scripts"), ["BLENDER_USER_CONFIG"] = home, ["BLENDER_SYSTEM_SCRIPTS"] = home,
            ["OCIO"] = Path.Combine(home, "no.ocio"), ["CYCLES_CPU_NO_AVX2"] = "1", ["LD_PRELOAD"] = "/nowhere.so", ["LC_ALL"] = "de_DE.UTF-8",
        };
        var before = variables.Keys.ToDictionary(name => name, Environment.GetEnvironmentVariable);
        try
        {
            foreach (var (name, value) in variables)
            {
                Environment.SetEnvironmentVariable(name, value);
            }

            await poisoned.RenderAsync(poisoned.Experiment(6));
        }
        finally
        {
            foreach (var (name, value) in before)
            {
                Environment.SetEnvironmentVariable(name, value);
            }
        }

        Assert.Equal(Workplace.Shards(clean.Store), Workplace.Shards(poisoned.Store));
        Assert.False(File.Exists(canary), "a script of the user's ran inside Blender");
    }
}
