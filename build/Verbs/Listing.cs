using Newtonsoft.Json.Linq;

namespace Rayshard.Build.Verbs;

/// <summary>Lists what is pinned and what was probed here.</summary>
public sealed class Listing(KitContext context)
{
    /// <summary>Lists; a toolchain takes a line, and each of its probes one more.</summary>
    public void Run()
    {
        foreach (var (pin, probes) in context.Kit.Toolchains())
        {
            if (context.Options.Json)
            {
                context.Terminal.Answer(new JObject
                {
                    ["type"] = "toolchain",
                    ["id"] = pin.Id,
                    ["version"] = pin.Version,
                    ["build"] = pin.Build,
                    ["provider"] = pin.Provider,
                    ["providers"] = new JArray(PinFields.Providers(pin)),
                    ["probes"] = new JArray(probes),
                });
                continue;
            }

            context.Terminal.Say($"{pin.Id}: Blender {pin.Version}, build {pin.Build}, by {string.Join(" or ", PinFields.Providers(pin))}{(pin.Release.Length > 0 ? $" ({pin.Release}{(pin.IsMoving ? ", moves on" : "")})" : "")}");
            foreach (var probe in probes)
            {
                context.Terminal.Say($"  probed {(string?)probe["when"]} by {(string?)probe["conditions"]?["provider"]} on {(string?)probe["conditions"]?["cpu_class"]}: {string.Join(", ", probe["captures"]?.Values<string>() ?? [])} agree to the bit");
            }

            if (probes.Count == 0)
            {
                context.Terminal.Say("  not probed on this machine");
            }
        }
    }
}
