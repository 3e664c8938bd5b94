// Run by the build: resolves every experiment of this folder. See experiments/README.md.
return (int)Rayshard.ExperimentBuild.Run(source: args[0], output: args[1], typeof(Program).Assembly, Console.Error);
