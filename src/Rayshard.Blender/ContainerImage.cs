namespace Rayshard.Blender;

/// <summary>Takes the Blender of an image that a container engine has, if it is the pinned one.</summary>
internal sealed class ContainerImage : IProvider
{
    /// <inheritdoc/>
    public async Task<Installation> ProvisionAsync(ToolchainPin pin, ToolchainOptions options, CancellationToken now)
    {
        if (!File.Exists(Display.Executable))
        {
            throw Lacks("the viewer capture needs Xvfb, outside of the container. Type: sudo apt-get install -y --no-install-recommends xvfb");
        }

        var engines = await ContainerEngine.FindAsync(now).ConfigureAwait(false);
        foreach (var engine in engines)
        {
            // From here on by its id: what a name stands for may change while a run lasts.
            if (await engine.IdOfAsync(pin.Image, now).ConfigureAwait(false) is not { } id)
            {
                continue;
            }

            await engine.RemoveStaleAsync(now).ConfigureAwait(false);
            var digest = await engine.DigestOfAsync(id, pin.Executable, now).ConfigureAwait(false)
                ?? throw Lacks($"toolchain '{pin.Id}': executable: there is no '{pin.Executable}' in image '{pin.Image}': correct it in blender/toolchains.json");
            return new(pin.Executable, digest, new Container(engine, id));
        }

        var name = pin.Image.Split('@')[0];
        var engineNames = string.Join(" and ", engines.Select(engine => engine.Program));
        throw Lacks(name == pin.Image
            ? $"toolchain '{pin.Id}': {engineNames} has no image '{pin.Image}': blender/README.md says how to make it, or pin the image that you have by the id that 'image inspect' gives"
            : $"toolchain '{pin.Id}': {engineNames} has no image '{pin.Image}'{await OtherAsync(engines[0], name, now).ConfigureAwait(false)}: type {engines[0].Program} pull {pin.Image}");
    }

    /// <inheritdoc/>
    public async Task<bool> IsHereAsync(ToolchainPin pin, ToolchainOptions options, CancellationToken now)
    {
        try
        {
            foreach (var engine in await ContainerEngine.FindAsync(now).ConfigureAwait(false))
            {
                if (await engine.IdOfAsync(pin.Image, now).ConfigureAwait(false) is not null)
                {
                    return true;
                }
            }
        }
        catch (RayshardException)
        {
            // No engine, so no image.
        }

        return false;
    }

    // The same name with another digest is the likeliest mistake, so it is told.
    private static async Task<string> OtherAsync(ContainerEngine engine, string name, CancellationToken now) =>
        await engine.IdOfAsync(name, now).ConfigureAwait(false) is { } id ? $" ('{name}' is another one here, {id}, and may give other bits)" : "";

    private static RayshardException Lacks(string message) => new(ExitCode.MachineLacks, message);
}
