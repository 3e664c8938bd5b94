namespace Rayshard.Build.Progress;

/// <summary>Which view fits where the output goes.</summary>
public static class RenderViews
{
    /// <summary>Bars on a terminal, JSON where it was asked for, plain lines elsewhere.</summary>
    public static IRenderView For(Terminal terminal, bool json) =>
        json ? new JsonView(terminal, TimeProvider.System)
        : terminal.IsInteractive ? new BarView(terminal)
        : new LineView(terminal, TimeProvider.System);
}
