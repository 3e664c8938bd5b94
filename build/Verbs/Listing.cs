using Newtonsoft.Json.Linq;
using Rayshard.Blender;

namespace Rayshard.Build.Verbs;

/// <summary>Lists what is pinned and what was probed here.</summary>
public sealed class Listing(KitContext context)
{
    /// <summary>Lists; a toolchain takes a line, and each of its probes one more.</summary>
    public async Task RunAsync()
    {
        foreach (var known in await context.Kit.ToolchainsAsync(context.Interruption.Now).ConfigureAwait(false))
        {
            var pin = known.Pin;
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
                    ["present"] = new JArray(known.Present),
                    ["probes"] = new JArray(known.Probes),
                });
                continue;
            }

            foreach (var line in Lines(known))
            {
                context.Terminal.Say(line);
            }
        }
    }

    /// <summary>What is said of a toolchain.</summary>
    public static IEnumerable<string> Lines(KnownToolchain known)
    {
        var pin = known.Pin;
        yield return $"{pin.Id}: Blender {pin.Version}, build {pin.Build}, by {string.Join(" or ", PinFields.Providers(pin))}{(pin.Release.Length > 0 ? $" ({pin.Release}{(pin.IsMoving ? ", moves on" : "")})" : "")}";
        foreach (var probe in known.Probes)
        {
            yield return $"  probed {(string?)probe["when"]} by {(string?)probe["conditions"]?["provider"]} on {(string?)probe["conditions"]?["cpu_class"]}: {string.Join(", ", probe["captures"]?.Values<string>() ?? [])} agree to the bit";
        }

        foreach (var provider in known.Unprobed)
        {
            yield return $"  present by {provider}, not probed";
        }

        if (known.Present.Count == 0)
        {
            yield return known.Probes.Count == 0 ? "  not on this machine" : "  no longer on this machine";
        }
    }
}
