using Cake.Core;
using Cake.Frosting;
using Rayshard.Execution;

namespace Rayshard.Build;

/// <summary>What every task is given. Nothing in it changes.</summary>
public sealed class KitContext : FrostingContext
{
    /// <summary>Reads the command line.</summary>
    /// <exception cref="RayshardException">It is not right.</exception>
    public KitContext(ICakeContext script, Folders folders, ExperimentShelf experiments)
        : base(script)
    {
        Folders = folders;
        Options = KitOptions.Read(new CommandLine(Arguments.GetArguments(), key => Configuration.GetValue("Rayshard_" + key)), folders);
        Experiments = experiments.Pick(Options.Experiments);
        Terminal = Terminal.For(Options);
        Interruption = new(Terminal.Say);
        Kit = new(new() { BlenderFolder = folders.Blender, StateFolder = folders.Toolchains }, TimeProvider.System);
    }

    /// <summary>Where things are.</summary>
    public Folders Folders { get; }

    /// <summary>What the command line says.</summary>
    public KitOptions Options { get; }

    /// <summary>The experiments that were picked, or the first one.</summary>
    public IReadOnlyList<ResolvedExperiment> Experiments { get; }

    /// <summary>Where answers and talk go.</summary>
    public Terminal Terminal { get; }

    /// <summary>The user's wish to end.</summary>
    public Interruption Interruption { get; }

    /// <summary>The kit.</summary>
    public Kit Kit { get; }
}
