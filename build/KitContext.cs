using Cake.Core;
using Cake.Frosting;
using Rayshard.Execution;

namespace Rayshard.Build;

/// <summary>What every task is given. Nothing in it changes.</summary>
public sealed class KitContext : FrostingContext
{
    private readonly IReadOnlyList<ResolvedExperiment> _all;
    private readonly IReadOnlyList<ResolvedExperiment> _experiments;

    /// <summary>Reads the command line.</summary>
    /// <exception cref="RayshardException">It is not right.</exception>
    public KitContext(ICakeContext script, Folders folders, ExperimentShelf experiments)
        : base(script)
    {
        Folders = folders;
        Options = KitOptions.Read(new CommandLine(Arguments.GetArguments(), key => Configuration.GetValue("Rayshard_" + key)), folders);
        _all = experiments.All;
        _experiments = experiments.Pick(Options.Experiments);
        Terminal = Terminal.For(Options);
        Interruption = new(Terminal.Say);
        Kit = new(new() { BlenderFolder = folders.Blender, StateFolder = folders.Toolchains, Provider = Options.Provider }, TimeProvider.System);
    }

    /// <summary>Where things are.</summary>
    public Folders Folders { get; }

    /// <summary>What the command line says.</summary>
    public KitOptions Options { get; }

    /// <summary>The experiments that were picked, or the first one.</summary>
    /// <exception cref="RayshardException">There is none at all.</exception>
    public IReadOnlyList<ResolvedExperiment> Experiments => AtLeastOne(_experiments);

    /// <summary>The experiments that were picked, or all.</summary>
    /// <exception cref="RayshardException">There is none at all.</exception>
    public IReadOnlyList<ResolvedExperiment> PickedOrAll => AtLeastOne(Options.Experiments.Count > 0 ? _experiments : _all);

    /// <summary>Where answers and talk go.</summary>
    public Terminal Terminal { get; }

    /// <summary>The user's wish to end.</summary>
    public Interruption Interruption { get; }

    /// <summary>The kit.</summary>
    public Kit Kit { get; }

    private IReadOnlyList<ResolvedExperiment> AtLeastOne(IReadOnlyList<ResolvedExperiment> experiments) => experiments.Count > 0
        ? experiments
        : throw new RayshardException(ExitCode.NotFound, $"there is no resolved experiment in {Folders.Experiments}: leave out --nobuild, and the build resolves those of experiments/");
}
