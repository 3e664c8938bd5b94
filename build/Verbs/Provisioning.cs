using Newtonsoft.Json.Linq;

namespace Rayshard.Build.Verbs;

/// <summary>Finds or installs, checks and probes the toolchains.</summary>
public sealed class Provisioning(KitContext context)
{
    /// <summary>Provisions those that the experiments pin.</summary>
    public async Task RunAsync()
    {
        foreach (var toolchain in await context.Kit.ProvisionAsync(context.Experiments, context.Interruption.Finish).ConfigureAwait(false))
        {
            if (context.Options.Json)
            {
                context.Terminal.Answer(new JObject
                {
                    ["type"] = "toolchain",
                    ["id"] = toolchain.Pin.Id,
                    ["version"] = toolchain.Pin.Version,
                    ["executable"] = toolchain.Executable,
                    ["place"] = toolchain.Place,
                    ["executable_sha256"] = toolchain.ExecutableDigest.ToString(),
                    ["cpu_class"] = toolchain.CpuClass.ToString(),
                    ["probed"] = toolchain.WasProbed,
                });
            }
            else
            {
                context.Terminal.Say($"Toolchain {toolchain.Pin.Id}: Blender {toolchain.Pin.Version} ({toolchain.Executable}{(toolchain.Place is null ? "" : $" in {toolchain.Place}")}), {toolchain.CpuClass}, {(toolchain.WasProbed ? "probed now" : "probed before")}");
            }
        }
    }
}
